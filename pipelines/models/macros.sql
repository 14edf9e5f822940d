-- What several models share, so that a rule stands in one place. An engine loads these once when it opens; another engine brings
-- twins of the same names. First the arithmetic of every rate (spec 5.6): exact integers and decimals, never binary floating point.

-- numerator / denominator in per cent with `decimals` places, half away from zero or truncated; null for unknown parts and where
-- nobody is left to count (0/0, and cohorts whose booked losses exceed their entrants).
create or replace temp macro per_cent(numerator, denominator, decimals, rounding) as
    case
        when numerator is null or coalesce(denominator, 0) <= 0 then null
        else cast(
            cast(
                case when numerator < 0 then -1 else 1 end
                * case
                    when rounding = 'truncate' then abs(numerator) * 100 * cast(pow(10, decimals) as bigint) // denominator
                    else (abs(numerator) * 200 * cast(pow(10, decimals) as bigint) + denominator) // (2 * denominator)
                end
                * cast(pow(10, 2 - decimals) as bigint) as decimal(15, 0)
            ) * cast(0.01 as decimal(3, 2)) as decimal(9, 2)
        )
    end;

-- Rounding hides something: 100.00 is shown but children are missing, or 0.00 although there are some; null without a rate.
create or replace temp macro is_at_bound(rate, numerator, denominator) as
    case
        when rate is null then null
        else (rate = 100 and numerator < denominator) or (rate = 0 and numerator <> 0)
    end;

-- Children still missing until numerator / denominator reaches the target (per cent); null without rate or target.
create or replace temp macro gap_to_target(numerator, denominator, target) as
    case
        when numerator is null or coalesce(denominator, 0) <= 0 or target is null then null
        else greatest(0, (cast(target * 100 as bigint) * denominator + 9999) // 10000 - numerator)
    end;

-- Children to bring back until numerator / denominator is down to the limit (per cent); null without rate or limit.
create or replace temp macro gap_to_limit(numerator, denominator, limit_rate) as
    case
        when numerator is null or coalesce(denominator, 0) <= 0 or limit_rate is null then null
        else greatest(0, numerator - cast(limit_rate * 100 as bigint) * denominator // 10000)
    end;

-- A citizen number from its first 17 digits: the check character of GB 11643 (ISO 7064 MOD 11-2) is appended (spec 2.3).
create or replace temp macro citizen_number(first17) as
    lpad(cast(first17 as varchar), 17, '0') || substr(
        '10X98765432',
        cast((
            first17 // 10000000000000000 % 10 * 7 + first17 // 1000000000000000 % 10 * 9 + first17 // 100000000000000 % 10 * 10
            + first17 // 10000000000000 % 10 * 5 + first17 // 1000000000000 % 10 * 8 + first17 // 100000000000 % 10 * 4
            + first17 // 10000000000 % 10 * 2 + first17 // 1000000000 % 10 * 1 + first17 // 100000000 % 10 * 6
            + first17 // 10000000 % 10 * 3 + first17 // 1000000 % 10 * 7 + first17 // 100000 % 10 * 9 + first17 // 10000 % 10 * 10
            + first17 // 1000 % 10 * 5 + first17 // 100 % 10 * 8 + first17 // 10 % 10 * 4 + first17 % 10 * 2
        ) % 11 as integer) + 1, 1
    );

-- What stands for a child without a citizen number (spec 3.2): 16 hex digits of name|birth date|sex|county, the county by six digits.
create or replace temp macro name_hash(name, birth_date, sex, county_code) as
    left(
        sha256(
            coalesce(name, '') || '|' || coalesce(cast(birth_date as varchar), '') || '|' || coalesce(sex, '') || '|' || coalesce(left(county_code, 6), '')
        ), 16
    );

-- Characters (not bytes, as the engine's own distances count) by which two names of one length differ, or 1 where one name lacks a
-- character of the other; null where neither holds. For the names of tier 4 (spec 3.2).
create or replace temp macro characters_apart(a, b) as
    case
        when length(a) = length(b) then len(list_filter(range(1, length(a) + 1), lambda i: substr(a, i, 1) <> substr(b, i, 1)))
        when length(a) = length(b) + 1
            then case when len(list_filter(range(1, length(a) + 1), lambda i: left(a, i - 1) || substr(a, i + 1) = b)) > 0 then 1 end
        when length(b) = length(a) + 1
            then case when len(list_filter(range(1, length(b) + 1), lambda i: left(b, i - 1) || substr(b, i + 1) = a)) > 0 then 1 end
    end;

-- Keystrokes between two citizen numbers as delivered, the nearest of own and embedded ones; null where a side has none (spec 3.2).
create or replace temp macro keystrokes_apart(own_l, embedded_l, own_r, embedded_r) as
    least(
        damerau_levenshtein(own_l, own_r), damerau_levenshtein(own_l, embedded_r),
        damerau_levenshtein(embedded_l, own_r), damerau_levenshtein(embedded_l, embedded_r)
    );

-- Completed years (周岁) of somebody born on a date: the birthday itself completes the year (spec 3.1).
create or replace temp macro completed_years(birth_date, on_date) as
    (
        year(on_date) * 10000 + month(on_date) * 100 + day(on_date) - year(birth_date) * 10000 - month(birth_date) * 100 - day(birth_date)
    ) // 10000;
