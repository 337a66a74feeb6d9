import { once } from 'node:events'
import type { ServerMessage } from '@earshot/protocol'
import { expect, it } from 'vitest'
import { joinMessage, RawClient } from './raw-client.js'
import { startServer } from './running-server.js'

const key = 'k'.repeat(22)
const joining = { ...joinMessage({ userId: 'alice' }), key }
const audio = [{ label: 'sophon_audio', state: 'active', muted: false }] as const
const publish = { type: 'publish', streams: audio, offer: { sdp: 'v=0', slots: [{ mid: '0', slot: 'audio' }] } } as const
const types = (messages: readonly ServerMessage[]): readonly string[] => messages.map((message) => message.type)

/** Alice, who has a key, and somebody who watches. */
async function meeting(env: Readonly<Record<string, string>> = {}) {
  const running = await startServer(env)
  const alice = await RawClient.connect(running.url)
  await alice.ask(joining)
  const witness = await RawClient.joined(running.url, { userId: 'witness' })
  await alice.hears('member-joined')
  return { ...running, alice, witness }
}

/** A new socket, and what the resumption was answered with. */
async function resumed(url: string, received: number, withKey = key) {
  const client = await RawClient.connect(url)
  const answer = await client.ask({ type: 'resume', key: withKey, received })
  return { client, answer }
}

it('a lost socket is nobody\'s leave: the session goes on over the next one, which hears what was missed', async () => {
  const { url, alice, witness } = await meeting()
  alice.socket.terminate()
  await alice.closed
  await witness.ask(publish)
  const { client, answer } = await resumed(url, 2)
  expect(answer).toEqual({ type: 'resumed', id: 1, received: 0 })
  expect(await client.hears('published')).toMatchObject({ member: { userId: 'witness' } })
  await client.ask(publish)
  await witness.hears('published')
  expect(types(await witness.events())).toEqual(['published'])
})

it('what was said twice is the client\'s to avoid: the server says how much it has heard', async () => {
  const { url, alice } = await meeting()
  for (let count = 0; count < 3; count += 1) await alice.ask({ type: 'ping', received: 2 })
  alice.say('nonsense')
  await alice.hears('error')
  alice.socket.terminate()
  const { client, answer } = await resumed(url, 2)
  expect(answer).toMatchObject({ type: 'resumed', received: 4 })
  await client.hears('error')
  expect(types(client.heard)).toEqual(['resumed', 'accepted', 'accepted', 'accepted', 'error'])
})

it('a socket that is still open gives way, without a word, and its end ends nothing', async () => {
  const { url, alice, witness } = await meeting()
  const { client } = await resumed(url, 2)
  expect(await alice.closed).toMatchObject({ code: 1006 })
  await witness.ask(publish)
  await client.hears('published')
  expect(types(alice.heard)).toEqual(['joined', 'member-joined'])
  expect(types(await witness.events())).toEqual([])
})

it('the answer to a join that never arrived is repeated', async () => {
  const { url } = await startServer()
  const alice = await RawClient.connect(url)
  await alice.ask(joining)
  alice.socket.terminate()
  const { client } = await resumed(url, 0)
  expect(await client.hears('joined')).toMatchObject({ id: 1, members: [] })
})

it.each([
  ['another key', 2, 'x'.repeat(22)],
  ['more heard than was said', 99, key],
])('%s: there is no such session, and the socket can join', async (_what, received, withKey) => {
  const { url, alice } = await meeting()
  alice.socket.terminate()
  const { client, answer } = await resumed(url, received, withKey)
  expect(answer).toMatchObject({ type: 'error', code: 10311 })
  expect(await client.ask({ ...joining, key: 'n'.repeat(22) })).toMatchObject({ type: 'joined', members: [{ userId: 'witness' }] })
})

it('after the grace time the others hear that it left, and nobody resumes it', async () => {
  const { url, alice, witness } = await meeting({ EARSHOT_GRACE_SECONDS: '1' })
  alice.socket.terminate()
  await witness.hears('member-left')
  expect((await resumed(url, 2)).answer).toMatchObject({ type: 'error', code: 10311 })
})

it('one that answers no ping any more has the grace time once, not twice', async () => {
  const { url } = await startServer({ EARSHOT_GRACE_SECONDS: '2' })
  const alice = await RawClient.connect(url, { autoPong: false })
  await alice.ask(joining)
  const witness = await RawClient.joined(url, { userId: 'witness' })
  const [left, closed] = await Promise.all([witness.hears('member-left').then(() => performance.now()), alice.closed.then(() => performance.now())])
  expect(Math.abs(left - closed)).toBeLessThan(1000) // half of the grace time
})

it('a pause of the server\'s machine, or a clock that is put forward, ends nobody\'s session', async () => {
  let putForwardMs = 0
  const { url } = await startServer({ EARSHOT_GRACE_SECONDS: '2' }, undefined, () => Date.now() + putForwardMs)
  const alice = await RawClient.connect(url)
  await alice.ask(joining)
  putForwardMs = 3_600_000
  for (let looks = 0; looks < 2; looks += 1) await Promise.race([once(alice.socket, 'ping'), alice.closed.then(() => { throw new Error('given up') })])
  expect(types(await alice.events())).toEqual([])
})

it.each([
  ['without a key', undefined, (client: RawClient) => client.socket.terminate()],
  ['that is done', key, (client: RawClient) => client.socket.close(1000)],
  ['whose page was closed', key, (client: RawClient) => client.socket.close(1001)],
  ['that ends its session', key, (client: RawClient) => client.socket.close(1000)],
  ['that is put out for its manners', key, (client: RawClient) => { for (let count = 0; count < 6; count += 1) client.say('nonsense') }],
])('a client %s is gone with its socket', async (_what, withKey, close) => {
  const { url } = await startServer()
  const client = await RawClient.connect(url)
  await client.ask({ ...joinMessage({ userId: 'alice' }), ...(withKey === undefined ? {} : { key: withKey }) })
  const witness = await RawClient.joined(url, { userId: 'witness' })
  close(client)
  await witness.hears('member-left')
})

it('who left is not kept for another socket', async () => {
  const { url, alice } = await meeting()
  await alice.ask({ type: 'leave' })
  expect((await resumed(url, 2)).answer).toMatchObject({ type: 'error', code: 10311 })
})

it('who was removed while away hears so when it comes back', async () => {
  const { url, alice } = await meeting()
  alice.socket.terminate()
  await alice.closed
  const elsewhere = await RawClient.joined(url, { userId: 'alice' })
  const { client } = await resumed(url, 2)
  expect(await client.hears('bye')).toEqual({ type: 'bye', code: 3 })
  expect(await client.closed).toMatchObject({ code: 1000 })
  expect(types(await elsewhere.events())).toEqual([])
})

it('who was removed while away hears so after the grace time, too, because it still tries to come back', async () => {
  const { url, alice } = await meeting({ EARSHOT_GRACE_SECONDS: '1' })
  alice.socket.terminate()
  await alice.closed
  const elsewhere = await RawClient.joined(url, { userId: 'alice' })
  const bob = await RawClient.connect(url)
  await bob.ask({ ...joinMessage({ userId: 'bob' }), key: 'b'.repeat(22) })
  bob.socket.terminate()
  await elsewhere.hears('member-left') // bob's grace time began after the one of alice
  expect(await (await resumed(url, 2)).client.hears('bye')).toEqual({ type: 'bye', code: 3 })
})

it('who was away for longer than the grace time does not put out the same user who joined since', async () => {
  const { url, alice, witness } = await meeting({ EARSHOT_GRACE_SECONDS: '1' })
  alice.socket.terminate()
  await witness.hears('member-left')
  const elsewhere = await RawClient.joined(url, { userId: 'alice' })
  const { client } = await resumed(url, 2)
  expect(await client.hears('bye')).toEqual({ type: 'bye', code: 3 })
  expect(await client.closed).toMatchObject({ code: 1000 })
  expect(types(await elsewhere.events())).toEqual([])
})

it('who has missed more than the server keeps cannot resume, and is gone', async () => {
  const { url, alice, witness } = await meeting({ EARSHOT_MAX_QUEUE_BYTES: '2000' })
  alice.socket.terminate()
  await witness.ask(publish)
  for (let count = 0; count < 40; count += 1) await witness.ask({ type: 'mute', slot: 'audio', muted: count % 2 === 0 })
  expect((await resumed(url, 2)).answer).toMatchObject({ type: 'error', code: 10311 })
  await witness.hears('member-left')
})

it('what was acknowledged is not kept: long sessions stay resumable', async () => {
  const { url, alice, witness } = await meeting({ EARSHOT_MAX_QUEUE_BYTES: '2000' })
  await witness.ask(publish)
  let heard = 3
  for (let count = 0; count < 40; count += 1) {
    await witness.ask({ type: 'mute', slot: 'audio', muted: count % 2 === 0 })
    if (count % 10 !== 9) continue
    await alice.ask({ type: 'ping', received: heard + 10 })
    heard += 11
  }
  alice.socket.terminate()
  expect((await resumed(url, heard)).answer).toMatchObject({ type: 'resumed' })
})

it('a server that ends tells nobody that somebody left', async () => {
  const { server, alice, witness } = await meeting()
  const ended = server.close()
  await Promise.all([alice.closed, witness.closed, ended])
  expect(types(witness.heard)).toEqual(['joined'])
})
