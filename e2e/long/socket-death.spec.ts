import { describe, Script } from '../support/faults/script.ts'
import { expect, test } from '../support/test.ts'

test('the socket may die right after any message, in either direction, and join, publish, subscribe, mute and leave end as they should', async ({ server, room, launch }) => {
  const script = await Script.prepare(server.url, room, launch)
  for (const message of await script.record()) {
    const came = await script.run(message)
    // A browser may find one candidate less the next time
    if (message.type !== 'candidate' || message.number === 1) expect(came, `whether ${describe(message)} came`).toBe(true)
  }
  script.close()
})
