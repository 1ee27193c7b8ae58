"""An alert that the rates of our numbers hold back: ten long codes, each with its default of one segment a second, and two workers."""
import worker
from bench import Row, aim
from roles import Role, Sink, say

NUMBERS = 10
RECIPIENTS = 1_300

# Nobody has been written to before, so they are shared out.
PEOPLE = f"""
  INSERT INTO recipients (recipient_id, name, phone_number, number_hash, sms_enabled, voice_enabled, active, tags, updated_at)
  SELECT (substr(id_at(now())::text, 1, 14) || substr(gen_random_uuid()::text, 15))::uuid, 'Rated ' || n, phone, number_hash(phone), true, false, true, ARRAY['rated'], now()
  FROM (SELECT n, '+15559' || lpad(n::text, 6, '0') AS phone FROM generate_series(100000, 100000 + {RECIPIENTS} - 1) n) people;
"""


def measure(bench, serve):
    bench.clear_queue()
    bench.database.psql(PEOPLE)
    allowed = RECIPIENTS / NUMBERS
    say(f"delivering to {RECIPIENTS:,} recipients from {NUMBERS} numbers, which takes {allowed:.0f} s")
    workers = []
    with Sink() as sink:
        numbers = ",".join(f"+1500555{n:04}" for n in range(NUMBERS))
        environment = {**worker.environment(bench, sink), "BIZCOMMS_TWILIO_FROM": numbers, "BIZCOMMS_SEGMENTS_PER_SECOND": "auto"}
        try:
            for _ in range(2):
                workers.append(Role("work", environment))
            seconds, _ = worker.deliver(bench, serve, sink, RECIPIENTS, tag="rated")
        finally:
            for each in workers:
                each.stop()
    note = aim(f"{seconds:.1f} s by two workers; the rates allow {allowed:.0f} s", abs(seconds / allowed - 1) <= 0.05, "within 5 %")
    bench.add(Row(f"{RECIPIENTS:,} from {NUMBERS} long codes", RECIPIENTS / seconds, note=note))
