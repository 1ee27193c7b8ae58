-- GET of the paths in the file BENCH_PATHS, one after the other.
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local at = math.random(#paths)
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {["X-API-Key"] = os.getenv("BENCH_KEY")})
end
function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
