import { expect } from '@playwright/test'
import type { Participant, ParticipantOptions } from '../participant.ts'
import { Caller, openCallersPage } from './caller.ts'
import { Relay, type CarriedMessage } from './relay.ts'

/** How much is told at least of a whole script: a join, a publication, a subscription, two changes of mute and a leave, with what answers them. */
const FEWEST_MESSAGES = 14

/**
 * Bob joins, publishes, subscribes to Alice, mutes, unmutes and leaves, through a relay that kills his WebSocket right after the message it is
 * told. Alice, who hears him, and Carol, who only watches, stay.
 */
export class Script {
  readonly #room: string
  readonly #relay: Relay
  readonly #bobsPage: Participant['page']
  readonly #alice: Caller
  readonly #carol: Caller

  private constructor(room: string, relay: Relay, bobsPage: Participant['page'], alice: Caller, carol: Caller) {
    this.#room = room
    this.#relay = relay
    this.#bobsPage = bobsPage
    this.#alice = alice
    this.#carol = carol
  }

  static async prepare(server: string, room: string, launch: (options: ParticipantOptions) => Promise<Participant>): Promise<Script> {
    const relay = await Relay.to(server)
    const [bobs, others] = [await launch({ name: 'Bob' }), await launch({ name: 'Alice', hertz: 660 })]
    await openCallersPage(bobs.page, relay.url)
    await openCallersPage(others.page, server)
    const alice = await Caller.make(others.page, 'Alice')
    const carol = await Caller.make(others.page, 'Carol', { autoPublish: false, autoSubscribe: false })
    await alice.join(room)
    await carol.join(room)
    // Else Bob would be told of it, the first time only
    await expect.poll(() => carol.run((engine) => engine.getUserInfo('Alice')?.streamConfigs.length ?? 0), { message: 'Alice publishes' }).toBeGreaterThan(0)
    return new Script(room, relay, bobs.page, alice, carol)
  }

  close(): void {
    this.#relay.close()
  }

  /** The messages of a script in which nothing dies. */
  async record(): Promise<readonly CarriedMessage[]> {
    await this.run()
    const messages = this.#relay.messages
    expect(messages.length, `there were only ${messages.map(describe).join(', ')}`).toBeGreaterThanOrEqual(FEWEST_MESSAGES)
    return messages
  }

  /** The whole script, and what must be true in it. Resolves with whether the WebSocket died after that message: false when it did not come. */
  async run(deadly?: CarriedMessage): Promise<boolean> {
    const [aliceBefore, carolBefore] = [(await this.#alice.comings()).length, (await this.#carol.comings()).length]
    this.#relay.forget()
    if (deadly) this.#relay.dieAfter(deadly)
    const bob = await Caller.make(this.#bobsPage, 'Bob', { autoPublish: false, autoSubscribe: false })
    try {
      await this.#act(bob)
      const [comings, watched] = [(await this.#alice.comings()).slice(aliceBefore), (await this.#carol.comings()).slice(carolBefore)]
      expect([comings, watched], 'who came and went, as Alice and Carol saw it').toEqual([['onJoin Bob', 'onLeave Bob'], ['onJoin Bob', 'onLeave Bob']])
    } catch (cause) {
      throw new Error(`${deadly && this.#relay.died ? `the WebSocket died after ${describe(deadly)}` : 'no WebSocket died'}: ${await this.#describe(bob, cause)}`, { cause })
    } finally {
      await bob.run((engine) => engine.leaveChannel())
    }
    return this.#relay.died
  }

  async #act(bob: Caller): Promise<void> {
    await bob.join(this.#room)
    await expect.poll(() => bob.run((engine) => engine.getUserInfo('Alice')?.streamConfigs.length ?? 0), { message: 'Bob knows what Alice publishes' }).toBeGreaterThan(0)
    await bob.run((engine) => engine.publish())
    await bob.run((engine) => engine.subscribe('Alice'))
    await bob.run((engine) => { engine.muteLocalMic(true) })
    await this.#expectSeen({ state: 'active', muted: true })
    await bob.run((engine) => { engine.muteLocalMic(false) })
    await this.#expectSeen({ state: 'active', muted: false })
    await bob.expectHearing(1)
    await this.#alice.expectHearing(1)
    expect(await bob.run((engine) => engine.getUserList().map(({ userId }) => userId).sort()), 'whom Bob sees').toEqual(['Alice', 'Carol'])
    expect(await bob.comings(), 'who came and went before Bob').toEqual(['onJoin Alice', 'onJoin Carol'])
    expect(await bob.told('onError', 'onBye'), 'what Bob was told').toEqual([])
    await bob.run((engine) => engine.leaveChannel())
    for (const other of [this.#alice, this.#carol]) {
      await expect.poll(() => other.run((engine) => engine.getUserInfo('Bob')), { message: `Bob is gone for ${other.name}`, timeout: 5000 }).toBeNull()
    }
  }

  async #expectSeen(expected: { readonly state: string; readonly muted: boolean }): Promise<void> {
    for (const other of [this.#alice, this.#carol]) {
      await expect.poll(() => other.run((engine) => engine.getUserInfo('Bob')?.streamConfigs.find(({ type }) => type === 'audio')), {
        message: `Bob's audio as ${other.name} sees it`, intervals: [50, 100, 250],
      }).toMatchObject(expected)
    }
  }

  async #describe(bob: Caller, cause: unknown): Promise<string> {
    const told = (await bob.told('onConnectionChange', 'onError', 'onBye')).map(({ name, payload }) => `${name} ${JSON.stringify(payload)}`)
    return `${String(cause)}\nBob was told: ${told.join(', ')}\ncarried: ${this.#relay.messages.map(describe).join(', ')}`
  }
}

export function describe({ towards, type, number }: CarriedMessage): string {
  return `${type} ${number} towards the ${towards}`
}
