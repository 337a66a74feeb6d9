import { expect, it } from 'vitest'
import { serially } from './serially.js'

function steps() {
  const open: { resolve(): void; reject(reason: Error): void }[] = []
  const task = () => new Promise<void>((resolve, reject) => { open.push({ resolve, reject }) })
  return { open, ask: serially(task) }
}

it('those who ask during a run share one later run', async () => {
  const { open, ask } = steps()
  const first = ask()
  const second = ask()
  const third = ask()
  expect(open).toHaveLength(1)
  open[0]?.resolve()
  await first
  await expect.poll(() => open.length).toBe(2)
  open[1]?.resolve()
  await Promise.all([second, third])
  void ask()
  expect(open).toHaveLength(3)
})

it('a failed run fails its own asker and not the next', async () => {
  const { open, ask } = steps()
  const first = ask()
  const second = ask()
  open[0]?.reject(new Error('refused'))
  await expect(first).rejects.toThrow('refused')
  await expect.poll(() => open.length).toBe(2)
  open[1]?.resolve()
  await second
})

it('asking at the moment a run ends does not start two', async () => {
  const { open, ask } = steps()
  const first = ask()
  void ask()
  const asked = first.then(() => ask())
  open[0]?.resolve()
  await first
  await expect.poll(() => open.length).toBe(2)
  open[1]?.resolve()
  await asked
  expect(open).toHaveLength(2)
})
