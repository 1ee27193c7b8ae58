-- The request that the worker sends, as long as it is there (BENCH_BYTES, head and body).
local function made(padding)
  return wrk.format("POST", "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json",
    {["Accept"] = "application/json", ["Content-Type"] = "application/x-www-form-urlencoded",
     ["Authorization"] = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDowMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA=="},
    "To=%2B15550000000&From=%2B15005550006&Body=Benchmark" .. string.rep("x", padding))
end
local text
function init()
  local wanted = tonumber(os.getenv("BENCH_BYTES"))
  text = made(100)
  text = made(100 + math.max(0, wanted - #text))
end
function request() return text end
function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
