-- One row per county that has an enrolment (学籍) delivery in force at D: only where there is one, a missing row says something (spec 3.3).
-- key: county_code
select county_code
from core.in_force
where kind = '学籍'
