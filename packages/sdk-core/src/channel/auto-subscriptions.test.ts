import { expect, it } from 'vitest'
import { AutoSubscriptions } from './auto-subscriptions.js'

/** Calls that end when told to. */
function calls(): { subscriptions: AutoSubscriptions; made: string[]; end: () => Promise<void> } {
  const made: string[] = []
  const open: (() => void)[] = []
  const subscriptions = new AutoSubscriptions((userId) => {
    made.push(userId)
    return new Promise((resolve) => { open.push(resolve) })
  })
  return { subscriptions, made, end: async () => {
    open.shift()?.()
    await new Promise((resolve) => { setImmediate(resolve) })
  } }
}

it('calls once for each user at once, and once more after the call for all that came during it', async () => {
  const { subscriptions, made, end } = calls()
  for (const userId of ['bob', 'bob', 'carol', 'bob']) subscriptions.published(userId)
  expect(made).toEqual(['bob', 'carol'])
  await end()
  expect(made).toEqual(['bob', 'carol', 'bob'])
  await end()
  await end()
  expect(made).toHaveLength(3)
  subscriptions.published('bob')
  expect(made).toHaveLength(4)
})

it("waits for a call of the app, also one that fails, and leaves its outcome to the app", async () => {
  const { subscriptions, made, end } = calls()
  let fail = (_error: Error): void => undefined
  const app = subscriptions.run('bob', () => new Promise((_resolve, reject) => { fail = reject }))
  subscriptions.published('bob')
  expect(made).toEqual([])
  fail(new Error('refused'))
  await expect(app).rejects.toThrow('refused')
  expect(made).toEqual(['bob'])
  await end()
})

it('makes a call of the app at once even beside one of ours: who carries it out refuses it', async () => {
  const { subscriptions, made, end } = calls()
  subscriptions.published('bob')
  await expect(subscriptions.run('bob', () => Promise.reject(new Error('pending')))).rejects.toThrow('pending')
  subscriptions.published('bob')
  expect(made, 'ours is still under way').toEqual(['bob'])
  await end()
  expect(made).toEqual(['bob', 'bob'])
  await end()
})

it('forgets what was due when the session ends, also if the call ends later', async () => {
  const { subscriptions, made, end } = calls()
  subscriptions.published('bob')
  subscriptions.published('bob')
  subscriptions.clear()
  subscriptions.published('bob') // in the next session
  expect(made).toEqual(['bob', 'bob'])
  await end() // of the call of the session before
  await end()
  expect(made, 'nothing was due in this session').toHaveLength(2)
})

it('a call that ends after its session does not end the one of the next', async () => {
  const { subscriptions, made, end } = calls()
  subscriptions.published('bob')
  subscriptions.clear()
  subscriptions.published('bob')
  await end()
  subscriptions.published('bob')
  expect(made, 'the call of this session is still under way').toHaveLength(2)
})
