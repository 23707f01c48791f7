-- The next requests of a page, looking at no more than `batch` of them.
--
-- KEYS[1] is the prefix. ARGV[1] is JSON: indexes (all ordered by created_at and id, of which the
-- shortest is read), wanted (facts that must be equal), deadline, text, after, newest, limit, batch.
-- Gives {score, id, body, ...}: the last place looked at; '' and '' when nothing is behind it.

local CHUNK = 100
local query = cjson.decode(ARGV[1])

local function key(...)
  return KEYS[1] .. table.concat({...}, ':')
end

local function facts_of(id)
  return cjson.decode(redis.call('HGET', key('facts'), id))
end

local function fits(id)
  local facts = facts_of(id)
  for name, value in pairs(query.wanted) do
    if facts[name] ~= value then
      return false
    end
  end
  if query.deadline then
    if not facts.deadline or tonumber(facts.deadline) > tonumber(query.deadline) then
      return false
    end
  end
  return not query.text
    or string.find(redis.call('HGET', key('texts'), id), query.text, 1, true) ~= nil
end

-- Lua compares strings by the server's locale, Redis orders members by their bytes.
local function precedes(one, other)
  for at = 1, math.min(#one, #other) do
    local here, there = string.byte(one, at), string.byte(other, at)
    if here ~= there then
      return here < there
    end
  end
  return #one < #other
end

-- How many members stand before a place, which need not be a member's.
local function rank_of(index, place)
  local low = redis.call('ZCOUNT', index, '-inf', '(' .. place.score)
  local high = redis.call('ZCOUNT', index, '-inf', place.score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if precedes(redis.call('ZRANGE', index, middle, middle)[1], place.id) then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

local found = {'', ''}

local function take(id)
  if fits(id) then
    table.insert(found, redis.call('HGET', key('requests'), id))
  end
  return #found - 2 >= query.limit
end

local shortest, size
for _, name in ipairs(query.indexes) do
  local count = redis.call('ZCARD', key(name))
  if not size or count < size then
    shortest, size = key(name), count
  end
end

-- Few whose time is up among many that are open: put those few in order.

local function is_before(one, other)
  if one.at ~= other.at then
    return one.at < other.at
  end
  return precedes(one.id, other.id)
end

if query.deadline and query.wanted.status == 'pending' then
  local up = redis.call('ZCOUNT', key('deadlines'), '-inf', query.deadline)
  if up < size and up <= query.batch then
    local after = query.after and {at = tonumber(query.after.score), id = query.after.id}
    local ordered = {}
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('deadlines'), '-inf', query.deadline)) do
      local place = {at = tonumber(facts_of(id).created), id = id}
      local behind = not after
        or (query.newest and is_before(place, after))
        or (not query.newest and is_before(after, place))
      if behind then
        table.insert(ordered, place)
      end
    end
    table.sort(ordered, function(one, other)
      if query.newest then
        one, other = other, one
      end
      return is_before(one, other)
    end)
    for _, place in ipairs(ordered) do
      if take(place.id) then
        break
      end
    end
    return found
  end
end

-- Else along the index, from the place on.

local at = query.newest and size - 1 or 0
if query.after then
  at = rank_of(shortest, query.after)
  if query.newest then
    at = at - 1
  elseif redis.call('ZRANGE', shortest, at, at)[1] == query.after.id then
    at = at + 1
  end
end

local function chunk()
  if not query.newest then
    return redis.call('ZRANGE', shortest, at, at + CHUNK - 1)
  end
  if at < 0 then
    return {}
  end
  return redis.call('ZREVRANGE', shortest, size - 1 - at, size - 1 - at + CHUNK - 1)
end

local looked = 0
while true do
  local ids = chunk()
  if #ids == 0 then
    return found
  end
  for _, id in ipairs(ids) do
    looked = looked + 1
    at = at + (query.newest and -1 or 1)
    if take(id) or looked >= query.batch then
      found[1], found[2] = redis.call('ZSCORE', shortest, id), id
      return found
    end
  end
end
