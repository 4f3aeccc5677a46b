"""The figures of rule set qd766-2022 by one SQL query written by hand, for DuckDB and PostgreSQL alike.

It knows what the engine has to find out: which rules hold, that the tree has two levels, that no unit
changes over time. A table ``days`` (day, working, upto: working days up to and including it) stands for
the calendar.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from phucvu.engine.calendar import Calendar
from phucvu.figures.periods import Period

YEARS = range(2025, 2028)


def day_rows() -> list[tuple[dt.date, bool, int]]:
    """The rows of ``days``."""
    calendar = Calendar({dt.date(2026, 1, 10): True})
    rows, upto = [], 0
    day = dt.date(YEARS.start, 1, 1)
    while day.year < YEARS.stop:
        working = calendar.is_working(day)
        upto += working
        rows.append((day, working, upto))
        day += dt.timedelta(days=1)
    return rows


def days() -> pl.DataFrame:
    """The table ``days``."""
    return pl.DataFrame(day_rows(), ["day", "working", "upto"], orient="row")


def query(period: Period, now: dt.datetime) -> str:
    cut_off = period.cut_off(now)
    return SQL.format(
        first=f"date '{period.first}'",
        last=f"date '{min(period.last, cut_off.date())}'",
        starts=f"timestamp '{period.starts}'",
        cut_off=f"timestamp '{cut_off}'",
        over=f"date '{cut_off.date()}'",
        period=str(period),
        year_before=period.first.year - 1,
        parts={"month": 12, "quarter": 4, "year": 1}[period.kind],
    )


SQL = """
with first_end as (
  select dossier_id,
    coalesce(
      min("at") filter (where status = 9),
      min("at") filter (where status = 10),
      min("at") filter (where status in (3, 8))) as ended,
    bool_or(status in (5, 7)) as in_order
  from steps where "at" <= {cut_off} group by dossier_id
),
theirs as (
  select s.dossier_id, s."at", s.status, d.received_at
  from steps s join dossiers d on d.dossier_id = s.dossier_id
  where s."at" <= {cut_off} and s.dossier_id in (
    select dossier_id from steps where status in (5, 7) and "at" <= {cut_off})
),
ordered_end as (
  select dossier_id, received_at, ended, coalesce(ended, {cut_off}) as until,
    ended is null and last_asked = latest and coalesce(last_higher < last_asked, true)
      and requests > 1 as unanswered
  from (
    select dossier_id, min(received_at) as received_at,
      coalesce(
        min("at") filter (where status = 9),
        min("at") filter (where status = 10),
        min("at") filter (where status in (3, 8) or (status = 7 and "at" >= received_at))) as ended,
      max("at") as latest, max("at") filter (where status = 5) as last_asked,
      max("at") filter (where status > 5) as last_higher,
      count(*) filter (where status = 5) as requests
    from theirs group by dossier_id) x
),
moments as (
  select dossier_id, "at", bool_or(status = 5) as asked, bool_or(status in (2, 4)) as resumed
  from theirs group by dossier_id, "at"
),
spells as (
  select o.dossier_id, m.start, greatest(m.start, o.received_at) as counted_from,
    least(coalesce(m.resumed_at, o.until), o.until) as stop
  from (
    select dossier_id, resumed_at, min("at") as start
    from (
      select dossier_id, "at", asked, min("at") filter (where resumed) over (
        partition by dossier_id order by "at" rows between 1 following and unbounded following) as resumed_at
      from moments) w
    where asked group by dossier_id, resumed_at) m
  join ordered_end o on o.dossier_id = m.dossier_id
),
waits as (
  select s.dossier_id, sum(extract(epoch from (s.stop - s.start))) as waited,
    sum(greatest(b.upto - a.upto, 0)) as waited_days
  from spells s
  left join days a on a.day = cast(s.counted_from as date)
  left join days b on b.day = cast(s.stop as date)
  where s.start < s.stop group by s.dossier_id
),
dated as (
  select d.*, p.fee, p.paper_result,
    case when f.dossier_id is null
      then coalesce(
        case when d.ended_at <= {cut_off} then d.ended_at end,
        case when d.returned_at <= {cut_off} then d.returned_at end)
      when f.in_order then o.ended else f.ended end as ended,
    case when d.due_at is not null then d.due_at
      when p.max_time_unit = 'hour' then d.received_at + p.max_time * interval '1 hour'
      when p.max_time_unit = 'day'
        then cast(d.received_at as date) + p.max_time * interval '1 day' + interval '86399 seconds'
      when p.max_time_unit = 'month'
        then cast(d.received_at as date) + p.max_time * interval '1 month' + interval '86399 seconds'
      when p.max_time_unit = 'workday'
        then cast(u.day as timestamp) + interval '86399 seconds' end as due,
    coalesce(w.waited, 0) as waited, coalesce(w.waited_days, 0) as waited_days,
    coalesce(o.unanswered, false) as unanswered,
    d.received_at >= {starts} as received, r.upto as received_upto,
    c.dossier is not null as petitioned, k.dossier is not null as disliked
  from dossiers d
  left join procedures p on p.code = d.procedure
  left join first_end f on f.dossier_id = d.dossier_id
  left join ordered_end o on o.dossier_id = d.dossier_id
  left join waits w on w.dossier_id = d.dossier_id
  left join days r on r.day = cast(d.received_at as date)
  left join days u on d.due_at is null and u.working and u.upto = r.upto + p.max_time
  left join (select distinct dossier from petitions where arrived_at <= {cut_off}) c on c.dossier = d.code
  left join (select distinct dossier, unit from ratings where value = -1) k
    on k.dossier = d.code and k.unit = d.unit
  where d.received_at <= {cut_off}
),
judged as (
  select x.*,
    not unanswered and coalesce(
      extract(epoch from (coalesce(ended, {cut_off}) - due)) <= waited, true) as in_time,
    case when ended is not null
      then greatest(coalesce(e.upto - received_upto, 0) - waited_days, 0) end as worked_days
  from dated x left join days e on e.day = cast(x.ended as date)
  where received or ended is null or ended >= {starts}
),
tallies as (
  select unit, procedure,
    count(*) as handled,
    count(*) filter (where received) as received,
    count(*) filter (where in_time) as in_time,
    count(*) filter (where petitioned or disliked) as complained,
    count(*) filter (where received and ended is not null) as finished,
    coalesce(sum(worked_days) filter (where received), 0) as worked_days,
    count(*) filter (where received and channel = 2) as online,
    count(*) filter (where received and channel = 2
      and (coalesce(result_code, false) or not coalesce(paper_result, false))) as online_digital,
    count(*) filter (where received and paid_online in (1, 2)) as paid,
    count(*) filter (where received and fees <> 0) as charged,
    count(*) filter (where received and fee and not coalesce(fee_lines > 0 and fees = 0, false)) as owing,
    count(*) filter (where received and fee and not coalesce(fee_lines > 0 and fees = 0, false)
      and paid_online in (1, 2)) as owing_paid,
    count(*) filter (where paper_result) as paper,
    count(*) filter (where paper_result and result_file) as paper_file,
    count(*) filter (where files > 0
      and (coalesce(result_file, false) or not coalesce(paper_result, false))) as digitised,
    count(*) filter (where received
      and case when filed_national then files_digitised else digitised_parts end) as reused,
    count(*) filter (where received and files_from_store) as from_store,
    count(*) filter (where coalesce(vneid, false) or coalesce(files_from_store, false)
      or coalesce(population_data, false)) as population_data,
    count(*) filter (where received and procedure = '2.000815' and result_file) as copies
  from judged group by unit, procedure
),
tree as (
  select code as unit, code as above from units union all
  select code, parent from units where parent is not null
),
sums as (
  select t.above as unit, sum(handled) as handled, sum(received) as received, sum(in_time) as in_time,
    sum(complained) as complained, sum(finished) as finished, sum(worked_days) as worked_days,
    sum(online_digital) as online_digital, sum(owing) as owing, sum(owing_paid) as owing_paid,
    sum(paper) as paper, sum(paper_file) as paper_file, sum(digitised) as digitised,
    sum(reused) as reused, sum(from_store) as from_store, sum(population_data) as population_data
  from tallies y join tree t on t.unit = y.unit group by t.above
),
all_units as (
  select u.code as unit, s.*, coalesce(r.received, 0) as declared, coalesce(b.received, 0) as year_before
  from units u
  left join (select unit as counted, handled, received as synchronised, in_time, complained, finished,
    worked_days, online_digital, owing, owing_paid, paper, paper_file, digitised, reused, from_store,
    population_data from sums) s on s.counted = u.code
  left join reports r on r.unit = u.code and r.period = '{period}'
  left join reports b on b.unit = u.code and b.period = '{year_before}'
),
offers as (
  select t.above as unit, s.procedure
  from services s join tree t on t.unit = s.unit
  where s.status in ('public', 'stopping', 'testing')
  group by t.above, s.procedure
),
used as (
  select t.above as unit, count(*) as services, count(*) filter (where y.online > 0) as used
  from services s
  join tree t on t.unit = s.unit
  left join tallies y on y.unit = s.unit and y.procedure = s.procedure
  where s.status in ('public', 'stopping', 'testing') group by t.above
),
settled as (
  select t.above as unit, a.procedure
  from authority a join tree t on t.unit = a.unit group by t.above, a.procedure
),
by_procedure as (
  select t.above as unit, y.procedure, sum(paid) as paid, sum(charged) as charged,
    sum(population_data) as population_data
  from tallies y join tree t on t.unit = y.unit group by t.above, y.procedure
),
of_authority as (
  select a.unit, count(*) as settled, count(*) filter (where o.procedure is not null) as offered,
    count(*) filter (where p.fee) as fee,
    count(*) filter (where p.fee and y.paid > 0) as fee_paid,
    count(*) filter (where p.fee and y.charged > 0) as fee_charged,
    count(*) filter (where p.for_citizens) as citizens,
    count(*) filter (where p.for_citizens and y.population_data > 0) as citizens_data
  from settled a
  left join procedures p on p.code = a.procedure
  left join offers o on o.unit = a.unit and o.procedure = a.procedure
  left join by_procedure y on y.unit = a.unit and y.procedure = a.procedure
  group by a.unit
),
of_communes as (
  select t.above as unit, count(*) as communes, count(*) filter (where c.copies > 0) as copying
  from units u
  join tree t on t.unit = u.code
  left join (select unit, sum(copies) as copies from tallies group by unit) c on c.unit = u.code
  where u.kind = 'commune' group by t.above
),
judged_decisions as (
  select x.unit, x.procedure, x.published, x.published is not null or w.day <= {over} as counted,
    coalesce(x.decided_on <= b.day, true) as decided_in_time,
    coalesce(x.published <= w.day, false) as published_in_time
  from (
    select d.unit, d.procedure, d.decided_on,
      case when d.published_on <= {cut_off} then d.published_on end as published,
      e.upto - case when e.working then 1 else 0 end - 5 + 1 as decide_by, f.upto + 5 as publish_by
    from decisions d
    left join days e on e.day = d.effective_on
    left join days f on f.day = d.decided_on
    where d.decided_on between {first} and {last}) x
  left join days b on b.working and b.upto = x.decide_by
  left join days w on w.working and w.upto = x.publish_by
),
decided as (
  select unit, count(*) as procedures, count(*) filter (where in_time) as in_time
  from (select unit, procedure, bool_and(decided_in_time) as in_time
        from judged_decisions group by unit, procedure) x group by unit
),
published as (
  select unit, count(*) as procedures, count(*) filter (where in_time) as in_time
  from (select unit, procedure, bool_and(published_in_time) as in_time
        from judged_decisions where counted group by unit, procedure) x group by unit
),
judged_petitions as (
  select x.*, coalesce(case
      when refused is not null then cast(refused as date) <= q.day
      when answered is not null then cast(answered as date) <= a.day
        and coalesce(cast(published as date), {over}) <= v.day
      when asked is not null then cast(asked as date) <= s.day
      else {over} <= a.day end, false) as in_time
  from (
    select p.unit, p.class, p.arrived_at >= {starts} as arrived, p.likes, p.dislikes, p.reraised,
      case when p.refused_at <= {cut_off} then p.refused_at end as refused,
      case when p.supplement_asked_at <= {cut_off} then p.supplement_asked_at end as asked,
      case when p.answered_at <= {cut_off} then p.answered_at end as answered,
      case when p.published_at <= {cut_off} then p.published_at end as published,
      r.upto as from_arrival, n.upto as from_answer
    from petitions p
    left join days r on r.day = cast(p.arrived_at as date)
    left join days n on n.day = cast(p.answered_at as date)
    where p.arrived_at <= {cut_off}) x
  left join days q on q.working and q.upto = x.from_arrival + 2
  left join days s on s.working and s.upto = x.from_arrival + 5
  left join days a on a.working and a.upto = x.from_arrival + 15
  left join days v on v.working and v.upto = x.from_answer + 2
  where arrived or (coalesce(refused >= {starts}, true) and coalesce(answered >= {starts}, true))
),
of_petitions as (
  select t.above as unit, count(*) as open, count(*) filter (where arrived) as arrived,
    count(*) filter (where in_time) as in_time,
    count(*) filter (where arrived and class = 'policy') as policy,
    count(*) filter (where arrived and class = 'conduct') as conduct,
    count(*) filter (where arrived and in_time and coalesce(dislikes, 0) <= coalesce(likes, 0)
      and not coalesce(reraised, false)) as satisfied
  from judged_petitions p join tree t on t.unit = p.unit group by t.above
),
owned as (
  select owner as unit, count(*) as public, count(*) filter (where parts_complete) as complete
  from procedures where status in ('public', 'public_amended') group by owner
)
select u.unit, f.indicator, cast(coalesce(f.numerator, 0) as bigint) as numerator,
  cast(coalesce(f.denominator, 0) as bigint) as denominator
from all_units u
left join decided on decided.unit = u.unit
left join published on published.unit = u.unit
left join owned on owned.unit = u.unit
left join of_authority on of_authority.unit = u.unit
left join used on used.unit = u.unit
left join of_communes on of_communes.unit = u.unit
left join of_petitions on of_petitions.unit = u.unit
cross join lateral (values
  ('1.1', decided.in_time, decided.procedures),
  ('1.2', published.in_time, published.procedures),
  ('1.3', owned.complete, owned.public),
  ('1.4', u.synchronised, coalesce(nullif(greatest(coalesce(u.synchronised, 0), u.declared), 0),
    floor(cast(u.year_before as double precision) / {parts} + 0.5))),
  ('2.1', u.in_time, u.handled),
  ('2.2', 8 * u.worked_days, u.finished),
  ('3.1', of_authority.offered, of_authority.settled),
  ('3.2', used.used, used.services),
  ('3.3', u.online_digital, u.synchronised),
  ('3.4', of_authority.fee_paid, of_authority.fee),
  ('3.5', of_authority.fee_charged, of_authority.fee),
  ('3.6', u.owing_paid, u.owing),
  ('4.1', u.paper_file, u.paper),
  ('4.2', u.digitised, u.handled),
  ('4.3', u.reused, u.synchronised),
  ('4.4', u.from_store, u.synchronised),
  ('4.5a', of_authority.citizens_data, of_authority.citizens),
  ('4.5b', u.population_data, u.handled),
  ('4.6', of_communes.copying, of_communes.communes),
  ('5.1a', of_petitions.policy, of_petitions.arrived),
  ('5.1b', of_petitions.conduct, of_petitions.arrived),
  ('5.2', of_petitions.in_time, of_petitions.open),
  ('5.3', of_petitions.satisfied, of_petitions.arrived),
  ('5.4', greatest(u.in_time - u.complained, 0), u.handled)
) as f (indicator, numerator, denominator)
where f.indicator <> '4.6' or of_communes.communes is not null
"""
