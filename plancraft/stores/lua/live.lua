-- The bodies of a thread's live requests, oldest first, all at one moment.
-- KEYS[1] is the prefix, ARGV[1] the thread.

local found = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1] .. 'live:' .. ARGV[1], 0, -1)) do
  table.insert(found, redis.call('HGET', KEYS[1] .. 'requests', id))
end
return found
