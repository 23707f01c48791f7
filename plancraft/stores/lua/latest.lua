-- The body of a question's newest generation.
-- KEYS[1] is the prefix, ARGV[1] names the thread and the question.

local newest = redis.call('HGET', KEYS[1] .. 'latest', ARGV[1])
return newest and redis.call('HGET', KEYS[1] .. 'requests', string.match(newest, '^%d+ (.*)$'))
