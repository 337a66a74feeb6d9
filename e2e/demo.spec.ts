import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './support/test.ts'

test('the form joins, the call shows both people, and leaving returns to the form', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice', chroma: [90, 180] })
  const bob = await launch({ name: 'Bob', chroma: [180, 90] })
  await bob.join(server.url, room, 'Bob')
  await alice.page.goto(`${server.url}/?audioProcessing=0`)
  expect((await new AxeBuilder({ page: alice.page }).analyze()).violations).toEqual([])
  await alice.page.getByRole('textbox', { name: /channel/i }).fill(room)
  await alice.page.getByRole('textbox', { name: /name/i }).fill('Alice')
  await alice.page.getByRole('button', { name: /join/i }).click()
  await alice.page.locator('[data-user-id="0"]').waitFor()
  await alice.page.locator('[data-user-id="Bob"]').waitFor()
  expect(new URL(alice.page.url()).searchParams.get('channel')).toBe(room)
  const meter = alice.page.locator('[data-user-id="Bob"]').getByRole('meter')
  await expect.poll(async () => Number(await meter.getAttribute('aria-valuenow')), { timeout: 30_000 }).not.toBe(0)
  expect((await new AxeBuilder({ page: alice.page }).analyze()).violations).toEqual([])
  await alice.page.getByRole('button', { name: /leave/i }).click()
  await expect(alice.page.getByRole('button', { name: /join/i })).toBeVisible()
  await expect(alice.page.getByRole('alert'), 'leaving is no failure').toHaveCount(0)
  await expect(bob.page.locator('[data-user-id="Alice"]')).toHaveCount(0)

  await server.control('POST', `/${room}/kick`, { users: ['Bob'] })
  await expect(bob.page.getByRole('alert')).toHaveText(/you were removed/i)
})

test('the demo speaks Chinese when asked', async ({ server, launch }) => {
  const alice = await launch({ name: 'Alice' })
  await alice.page.goto(`${server.url}/?lang=zh`)
  await expect(alice.page.locator('html')).toHaveAttribute('lang', /^zh/)
  await expect(alice.page.getByRole('button', { name: '加入' })).toBeVisible()
  expect((await new AxeBuilder({ page: alice.page }).analyze()).violations).toEqual([])
})
