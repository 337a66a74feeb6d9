import { expectGapless, expectHeard, lastPcm, seconds } from './support/seconds.ts'
import { median, shareOfTone } from './support/sound.ts'
import { expect, test } from './support/test.ts'

const tones = { alice: 440, bob: 700 }

test('the tone in one microphone is what the other browser reports for that user, second by second', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice', hertz: tones.alice, dbfs: -12 })
  const bob = await launch({ name: 'Bob', hertz: tones.bob, dbfs: -20 })
  await alice.join(server.url, room, 'Alice')
  await bob.join(server.url, room, 'Bob')

  // the first seconds hold the jitter buffer's start; count ten from when the tone stands
  await expectHeard(bob, 'Alice')
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

  // a sine of -20 dBFS, which the fake microphone gives in two channels; at 700 Hz the K-weighting takes half a dB (BS.1770-5)
  await bob.page.evaluate(() => { window.earshot.enableAudioVolumeIndicator = { loudness: true, truePeak: true } })
  const lastRow = async (): Promise<{ loudness?: number; truePeak?: number } | undefined> => {
    const rows = (await bob.recorded('onAudioLevel')).at(-1)?.payload as { displayName: string; loudness?: number; truePeak?: number }[] | undefined
    return rows?.find(({ displayName }) => displayName === 'Bob')
  }
  await expect.poll(async () => (await lastRow())?.loudness, { timeout: 10_000 }).toBeCloseTo(-20.5, 0)
  expect((await lastRow())?.truePeak).toBeCloseTo(-20, 1)
})

test('a main thread blocked for three seconds loses no second and no sample', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, room, 'Alice')
  await bob.join(server.url, room, 'Bob')
  await expectHeard(bob, 'Alice')
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
  await expectHeard(bob, 'Alice')

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
  await expectHeard(bob, 'Alice')
  expectGapless((await seconds(bob, 'Alice')).slice(-5))
})
