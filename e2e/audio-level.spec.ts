import type { Participant } from './support/participant.ts'
import { median, shareOfTone } from './support/sound.ts'
import { expect, test } from './support/test.ts'

const tones = { alice: 440, bob: 700 }

interface Second { readonly at: number; readonly level: number; readonly startFrame: number; readonly sampleRate: number; readonly samples: number; readonly longestBlock: number }

/** The rows of one user, a second each, with the length of the joined blocks. */
function seconds(participant: Participant, displayName: string): Promise<Second[]> {
  return participant.page.evaluate((name) => window.recorded.filter((entry) => entry.name === 'onAudioLevel').flatMap((entry) =>
    (entry.payload as { displayName: string; level: number; startFrame: number; sampleRate: number; buffer: Float32Array[] }[])
      .filter((row) => row.displayName === name)
      .map((row) => ({
        at: entry.at, level: row.level, startFrame: row.startFrame, sampleRate: row.sampleRate,
        samples: row.buffer.reduce((sum, block) => sum + block.length, 0),
        longestBlock: Math.max(0, ...row.buffer.map((block) => block.length)),
      }))), displayName)
}

/** The joined blocks of the last recorded second of a user. */
function lastPcm(participant: Participant, displayName: string): Promise<number[]> {
  return participant.page.evaluate((name) => {
    const rows = window.recorded.filter((entry) => entry.name === 'onAudioLevel')
      .flatMap((entry) => entry.payload as { displayName: string; buffer: Float32Array[] }[]).filter((row) => row.displayName === name)
    return (rows.at(-1)?.buffer ?? []).flatMap((block) => [...block])
  }, displayName)
}

function expectGapless(rows: readonly Second[]): void {
  rows.forEach((row, n) => {
    expect(row.samples, `samples of second ${n}`).toBe(row.sampleRate)
    expect(row.longestBlock).toBeLessThanOrEqual(4096)
    const previous = rows[n - 1]
    if (previous) expect(row.startFrame - previous.startFrame, `distance of second ${n}`).toBe(row.sampleRate)
  })
}

test('the tone in one microphone is what the other browser reports for that user, second by second', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice', hertz: tones.alice, dbfs: -12 })
  const bob = await launch({ name: 'Bob', hertz: tones.bob, dbfs: -20 })
  await alice.join(server.url, room, 'Alice')
  await bob.join(server.url, room, 'Bob')

  // the first seconds hold the jitter buffer's start; count ten from when the tone stands
  await expect.poll(async () => (await seconds(bob, 'Alice')).at(-1)?.level ?? 0, { timeout: 30_000 }).toBeGreaterThan(20)
  await bob.forget()
  await expect.poll(async () => (await seconds(bob, 'Alice')).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(11)

  const heard = await seconds(bob, 'Alice')
  for (const { level } of heard) {
    expect(level).toBeGreaterThanOrEqual(22) // 10^(-12/20) = 0.2512 of full scale; Opus may add or take a little
    expect(level).toBeLessThanOrEqual(28)
  }
  expectGapless(heard)
  const gaps = heard.slice(1).map((row, n) => row.at - (heard[n]?.at ?? 0))
  expect(median(gaps)).toBeGreaterThan(940)
  expect(median(gaps)).toBeLessThan(1060)

  const pcm = await lastPcm(bob, 'Alice')
  const rate = heard[0]?.sampleRate ?? 0
  expect(shareOfTone(pcm, tones.alice, rate), 'it is Alice that is heard').toBeGreaterThan(0.9)
  expect(shareOfTone(pcm, tones.bob, rate), 'and nobody else').toBeLessThan(0.01)

  // our own row: the microphone as it comes, sample for sample a tone at a tenth of full scale
  const own = await seconds(bob, 'Bob')
  expectGapless(own)
  expect(own.at(-1)?.level).toBe(10)
  expect(shareOfTone(await lastPcm(bob, 'Bob'), tones.bob, rate)).toBeGreaterThan(0.999)
})

test('a main thread blocked for three seconds loses no second and no sample', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, room, 'Alice')
  await bob.join(server.url, room, 'Bob')
  await expect.poll(async () => (await seconds(bob, 'Alice')).at(-1)?.level ?? 0, { timeout: 30_000 }).toBeGreaterThan(20)
  await bob.forget()
  await expect.poll(async () => (await seconds(bob, 'Alice')).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2)

  const blocked = await bob.page.evaluate(() => {
    const before = window.recorded.filter((entry) => entry.name === 'onAudioLevel').length
    const end = performance.now() + 3000
    while (performance.now() < end);
    return before
  })
  await expect.poll(async () => (await seconds(bob, 'Alice')).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(blocked + 5)
  expectGapless(await seconds(bob, 'Alice'))
  expectGapless(await seconds(bob, 'Bob'))
})

test('muting keeps the row at level 0 and tells the others', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, room, 'Alice')
  await bob.join(server.url, room, 'Bob')
  await expect.poll(async () => (await seconds(bob, 'Alice')).at(-1)?.level ?? 0, { timeout: 30_000 }).toBeGreaterThan(20)

  expect(await alice.page.evaluate(() => window.earshot.muteLocalMic(true))).toBe(true)
  await expect.poll(async () => {
    const notices = await bob.recorded('onNotify')
    const users = (notices.at(-1)?.payload ?? []) as { displayName: string; streamConfigs: { label: string; muted: boolean }[] }[]
    return users.find((user) => user.displayName === 'Alice')?.streamConfigs.filter((stream) => stream.muted).map((stream) => stream.label)
  }).toEqual(['sophon_audio'])
  expect((await alice.recorded('onNotify')).length, 'the one who muted is told too').toBeGreaterThan(0)
  await expect.poll(async () => (await seconds(alice, 'Alice')).at(-1)?.level, { timeout: 15_000 }).toBe(0)
  await expect.poll(async () => (await seconds(bob, 'Alice')).at(-1)?.level, { timeout: 15_000 }).toBe(0)

  expect(await alice.page.evaluate(() => window.earshot.muteLocalMic(false))).toBe(true)
  await expect.poll(async () => (await seconds(bob, 'Alice')).at(-1)?.level ?? 0, { timeout: 15_000 }).toBeGreaterThan(20)
  expectGapless((await seconds(bob, 'Alice')).slice(-5))
})
