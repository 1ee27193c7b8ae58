-- POST /v1/alerts, each to 1 % of the recipients; reports latency in one line that the runner reads.
local counter = 0
local thread = 0
function setup(t) t:set("id", thread); thread = thread + 1 end
function request()
  counter = counter + 1
  local body = string.format('{"title":"Benchmark %d-%d","message":"Check out this awesome article!","priority":"normal",' ..
    '"delivery_method":"sms","recipient_filters":{"tags":["group-%d"],"active_only":true}}', id, counter, counter % 100)
  return wrk.format("POST", "/v1/alerts", {["Content-Type"] = "application/json", ["X-API-Key"] = os.getenv("BENCH_KEY")}, body)
end
function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
