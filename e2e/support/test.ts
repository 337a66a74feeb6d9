import { test as base } from '@playwright/test'
import { startServer, type ChannelServer } from './channel-server.ts'
import { Participant, type ParticipantOptions } from './participant.ts'

export { expect } from '@playwright/test'
export type { Participant, ParticipantOptions } from './participant.ts'

interface Fixtures {
  /** The id of a channel nobody else uses. (`channel` would be Playwright's own.) */
  readonly room: string
  /** Launches a browser; all are closed when the test ends. */
  readonly launch: (options: ParticipantOptions) => Promise<Participant>
}

export const test = base.extend<Fixtures, { readonly server: ChannelServer }>({
  server: [async ({}, use) => {
    const server = await startServer()
    await use(server)
    await server.stop()
  }, { scope: 'worker' }],
  // eslint wants no empty pattern, Playwright wants one
  room: async ({}, use, info) => { await use(`room-${info.testId.slice(-8)}-${Date.now()}`) },
  launch: async ({}, use) => {
    const participants: Participant[] = []
    await use(async (options) => {
      const participant = await Participant.launch(options)
      participants.push(participant)
      return participant
    })
    await Promise.all(participants.map((participant) => participant.close()))
  },
})
