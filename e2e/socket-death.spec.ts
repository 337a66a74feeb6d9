import { describe, Script } from './support/faults/script.ts'
import { expect, test } from './support/test.ts'

// Of each type the first, and every answer; long/socket-death.spec.ts takes every message.
test('the socket may die right after a message of any type, in either direction, and join, publish, subscribe, mute and leave end as they should', async ({ server, room, launch }) => {
  const script = await Script.prepare(server.url, room, launch)
  const messages = (await script.record()).filter(({ type, number }) => number === 1 || type === 'accepted')
  expect(messages.length).toBeGreaterThanOrEqual(14)
  for (const message of messages) expect(await script.run(message), `whether ${describe(message)} came`).toBe(true)
  script.close()
})
