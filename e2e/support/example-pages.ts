import { expect, type Page } from '@playwright/test'

/** Beeps at full scale twice a second, and a picture that moves. */
export const fakeDevices: readonly string[] = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']

/** Joins as somebody in front of the page does; those of examples/ways-in join by themselves. */
export async function enter(page: Page, address: string, channel: string, name: string): Promise<void> {
  await page.goto(`${address}?${new URLSearchParams({ channel, name }).toString()}`)
  const begin = page.locator('form, main').first()
  await begin.waitFor({ state: 'attached' })
  if (await begin.evaluate((element) => element.localName) !== 'form') return
  await page.getByLabel('Channel').fill(channel)
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Join' }).click()
}

/** The tile of another user: a picture of some size that goes on, a level row, the numbers of `onMedia`. */
export async function expectReceived(page: Page, name: string): Promise<void> {
  const tile = page.locator('section:not([data-user-id="0"])', { hasText: name })
  const time = (): Promise<number> => tile.locator('video').first().evaluate((video) => (video as HTMLVideoElement).currentTime) // a video it is
  await expect(tile.locator('output')).toHaveText(/^\d+ ms, [1-9]\d*×[1-9]\d*, [1-9]/)
  await expect.poll(() => tile.locator('meter').evaluate((meter) => (meter as HTMLMeterElement).value)).toBeGreaterThan(0)
  const before = await time()
  await expect.poll(time).toBeGreaterThan(before)
}
