-- Free a lock that is still held under this token. KEYS[1] is the lock, ARGV[1] the token.

return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0
