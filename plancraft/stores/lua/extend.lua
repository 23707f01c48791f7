-- Let each lock last longer that is still held under its token: a 1 for each that is, else a 0.
-- KEYS are the locks; ARGV: milliseconds, then a token for each.

local held = {}
for at, lock in ipairs(KEYS) do
  held[at] = 0
  if redis.call('GET', lock) == ARGV[at + 1] then
    held[at] = redis.call('PEXPIRE', lock, ARGV[1])
  end
end
return held
