import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from './support/test.ts'

const folder = fileURLToPath(new URL('../docs/images/', import.meta.url))
const people = [
  { name: 'Amina', hertz: 440, dbfs: -12, chroma: [100, 170] },
  { name: 'Boris', hertz: 700, dbfs: -20, chroma: [170, 100] },
  { name: 'Chen', hertz: 550, dbfs: -30, chroma: [110, 110] },
] as const

for (const { language, file } of [{ language: 'en', file: 'demo.png' }, { language: 'zh', file: 'demo.zh.png' }]) {
  test(`a call of three in ${language}`, async ({ server, launch }) => {
    const participants = []
    for (const person of people) {
      const participant = await launch(person)
      await participant.page.setViewportSize({ width: 1280, height: 800 })
      await participant.join(server.url, 'team-call', person.name, { lang: language })
      participants.push(participant)
    }
    const page = participants[0]!.page
    for (const person of people.slice(1)) {
      const tile = page.locator(`[data-user-id="${person.name}"]`)
      await expect.poll(() => tile.locator('video').first().evaluate((video: HTMLVideoElement) => video.videoWidth), { timeout: 60_000 }).toBe(640)
      await expect.poll(async () => Number(await tile.getByRole('meter').getAttribute('aria-valuenow')), { timeout: 30_000 }).not.toBe(0)
    }
    fs.mkdirSync(folder, { recursive: true })
    await page.screenshot({ path: `${folder}${file}` })
  })
}
