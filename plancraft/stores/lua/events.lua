-- The bodies of the log's entries that a list of numbers names, a part of the list at a time.
-- KEYS[1] is the prefix; ARGV: the list, where to begin, how many.
-- Gives {how many numbers there were, body, ...}.

local first = tonumber(ARGV[2])
local seqs = redis.call('LRANGE', KEYS[1] .. ARGV[1], first, first + tonumber(ARGV[3]) - 1)
local found = {#seqs}
for _, seq in ipairs(seqs) do
  local entry = redis.call('XRANGE', KEYS[1] .. 'log', seq, seq)[1]
  if entry then
    table.insert(found, entry[2][2])
  end
end
return found
