-- As many events in the thread as in the raw layer.
select raw.n as raw, thread.n as thread
from (select count(*) as n from {{ source('nitka', 'raw_events') }}) as raw
cross join (select count(*) as n from {{ ref('thread') }}) as thread
where raw.n <> thread.n
