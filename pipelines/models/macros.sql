-- Arithmetic that every rate shares (spec 5.6): exact integers and decimals, never binary floating point. An engine loads these
-- once when it opens; another engine brings twins of the same names.

-- numerator / denominator in per cent with `decimals` places, half away from zero or truncated; null for 0/0 and unknown parts.
create or replace temp macro per_cent(numerator, denominator, decimals, rounding) as
    case
        when numerator is null or coalesce(denominator, 0) = 0 then null
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
        when numerator is null or coalesce(denominator, 0) = 0 or target is null then null
        else greatest(0, (cast(target * 100 as bigint) * denominator + 9999) // 10000 - numerator)
    end;
