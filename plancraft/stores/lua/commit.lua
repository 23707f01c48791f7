-- Write all changes or none.
--
-- KEYS[1] is the prefix; every other key begins with it and so lies in the same slot.
-- ARGV[1] is JSON: opened, replaced, head, entries, bookmarks, records, mark. Numbers that must stay exact
-- come as strings.
-- Gives {'done'}, {'lost'}, or {'moved', seq, hash} when the log ends elsewhere than believed.

local changes = cjson.decode(ARGV[1])

local function key(...)
  return KEYS[1] .. table.concat({...}, ':')
end

-- What has to hold; nothing is written before all of it was looked at. An opened row follows nil.

local old = {}

local function version_of(id)
  local facts = redis.call('HGET', key('facts'), id)
  old[id] = facts and cjson.decode(facts)
  return old[id] and old[id].version or nil
end

for _, rows in ipairs({changes.opened, changes.replaced}) do
  for _, row in ipairs(rows) do
    if old[row.id] ~= nil or version_of(row.id) ~= row.follows then
      return {'lost'}
    end
  end
end

for _, record in ipairs(changes.records) do
  if not record.body and redis.call('HEXISTS', key('records', record.kind), record.id) == 0 then
    return {'lost'}
  end
end

if #changes.entries > 0 then
  local head = redis.call('HMGET', key('head'), 'seq', 'hash')
  local seq, hash = head[1] or '0', head[2] or ''
  if seq ~= changes.head.seq or (seq ~= '0' and hash ~= changes.head.hash) then
    return {'moved', seq, hash}
  end
end

-- The log first: its numbers may only grow, so that Redis itself refuses a wrong one.

for _, entry in ipairs(changes.entries) do
  redis.call('XADD', key('log'), entry.seq .. '-0', 'body', entry.body, 'hash', entry.hash)
  redis.call('HSET', key('head'), 'seq', entry.seq, 'hash', entry.hash)
  redis.call('RPUSH', key('events', 'request', entry.request), entry.seq)
  if entry.thread then
    redis.call('RPUSH', key('events', 'thread', entry.thread), entry.seq)
  end
end

-- The indexes in which a request stands only as it is now, with its scores.
local function places(facts)
  local found = {[key('status', facts.status)] = facts.created}
  if facts.delivery == 'held' or facts.delivery == 'due' then
    found[key('delivery', facts.delivery)] = facts.created
  end
  if facts.live and facts.thread then
    found[key('live', facts.thread)] = facts.created
  end
  if facts.deadline and facts.status == 'pending' then
    found[key('deadlines')] = facts.deadline
  end
  return found
end

local function put(row)
  local now = places(row.facts)
  for index in pairs(old[row.id] and places(old[row.id]) or {}) do
    if not now[index] then
      redis.call('ZREM', index, row.id)
    end
  end
  for index, score in pairs(now) do
    redis.call('ZADD', index, score, row.id)
  end
  redis.call('HSET', key('facts'), row.id, cjson.encode(row.facts))
  redis.call('HSET', key('requests'), row.id, row.body)
end

local function keep_newest(row)
  local newest = redis.call('HGET', key('latest'), row.asked)
  local generation = newest and tonumber(string.match(newest, '^%d+'))
  if not generation or generation < row.generation then
    redis.call('HSET', key('latest'), row.asked, row.generation .. ' ' .. row.id)
  end
end

for _, row in ipairs(changes.opened) do
  put(row)
  redis.call('HSET', key('texts'), row.id, row.searched)
  redis.call('ZADD', key('all'), row.facts.created, row.id)
  if row.facts.thread then
    redis.call('ZADD', key('thread', row.facts.thread), row.facts.created, row.id)
  end
  if row.facts.graph then
    redis.call('ZADD', key('graph', row.facts.graph), row.facts.created, row.id)
  end
  if row.asked then
    keep_newest(row)
  end
end

for _, row in ipairs(changes.replaced) do
  put(row)
end

for name, seq in pairs(changes.bookmarks) do
  redis.call('HSET', key('bookmarks'), name, seq)
end

for _, record in ipairs(changes.records) do
  if record.body then
    redis.call('HSET', key('records', record.kind), record.id, record.body)
  else
    redis.call('HDEL', key('records', record.kind), record.id)
  end
end

local mark = changes.mark
if mark and mark.on then
  redis.call('ZADD', key('driven', mark.graph), 'NX', mark.at, mark.thread)
elseif mark then
  redis.call('ZREM', key('driven', mark.graph), mark.thread)
end

return {'done'}
