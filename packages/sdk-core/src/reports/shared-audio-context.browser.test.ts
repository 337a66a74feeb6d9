import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { until } from '../../test/participant.js'
import { nextTurn } from '../next-turn.js'
import { holdAudioContext, type HeldAudioContext } from './shared-audio-context.js'

let held: HeldAudioContext

beforeEach(() => { held = holdAudioContext() })

afterEach(async () => {
  vi.restoreAllMocks()
  await held.context.close()
})

const interrupted = new DOMException('a call has the device', 'InvalidStateError')

/** A new one, which has said that it runs. */
async function running(): Promise<AudioContext> {
  const { context } = held
  await new Promise((resolve) => { context.addEventListener('statechange', resolve, { once: true }) })
  expect(context.state).toBe('running')
  return context
}

/** Is interrupted as iOS does it: it stops by itself, and `resume()` is refused. */
async function interrupt(context: AudioContext): Promise<{ end(): void }> {
  const refused = vi.spyOn(context, 'resume').mockRejectedValue(interrupted)
  await context.suspend()
  await until(() => expect(refused).toHaveBeenCalledOnce())
  return { end: () => { refused.mockRestore() } }
}

it('is one for the page, and runs again at once when it was stopped', async () => {
  const context = await running()
  expect(holdAudioContext().context).toBe(context)
  await context.suspend()
  await until(() => expect(context.state).toBe('running'))
})

it.each([
  ['a gesture', () => userEvent.click(document.body)],
  ['the page is seen again', () => document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))],
  ['the page is thawed', () => document.dispatchEvent(new Event('resume'))],
  ['the page comes back from the cache', () => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))],
] as const)('runs again after an interruption, when %s', async (_, happen) => {
  const context = await running()
  const { end } = await interrupt(context)
  end()
  expect(context.state).toBe('suspended')
  await happen()
  await until(() => expect(context.state).toBe('running'))
})

it('goes on waiting while the interruption lasts, and asks for nothing once it runs', async () => {
  const context = await running()
  const { end } = await interrupt(context)
  await userEvent.click(document.body)
  await userEvent.click(document.body)
  expect(context.state).toBe('suspended')
  end()
  await userEvent.click(document.body)
  await until(() => expect(context.state).toBe('running'))
  const asked = vi.spyOn(context, 'resume')
  await userEvent.click(document.body)
  expect(asked).not.toHaveBeenCalled()
})

it('is suspended while nobody holds it', async () => {
  const context = await running()
  const suspend = vi.spyOn(context, 'suspend')
  const other = holdAudioContext()
  held.release()
  held.release()
  await nextTurn()
  expect(suspend).not.toHaveBeenCalled()
  other.release()
  await until(() => expect(context.state).toBe('suspended'))
  expect(holdAudioContext().context).toBe(context)
  await until(() => expect(context.state).toBe('running'))
})

it('goes on when it is released and held again at once', async () => {
  const context = await running()
  const suspend = vi.spyOn(context, 'suspend')
  held.release()
  holdAudioContext()
  await nextTurn()
  expect(suspend).not.toHaveBeenCalled()
})

it('runs when it is held again before it was suspended', async () => {
  const context = await running()
  const suspended = new Promise((resolve) => { context.addEventListener('statechange', resolve, { once: true }) })
  held.release()
  await Promise.resolve()
  holdAudioContext()
  await suspended
  await until(() => expect(context.state).toBe('running'))
})

it('leaves the context of an app as it is', async () => {
  const own = new AudioContext()
  await until(() => expect(own.state).toBe('running'))
  const suspend = vi.spyOn(own, 'suspend')
  const { context, release } = holdAudioContext(own)
  expect(context).toBe(own)
  release()
  await nextTurn()
  expect(suspend).not.toHaveBeenCalled()
  await own.close()
})
