import { ERROR_FREQUENTLY_OPERATION, ERROR_NO_STREAM, ERROR_NO_USER, type StreamLabel } from '@earshot/protocol'
import { AliRtcError } from '../errors.js'
import type { AliRtcEvents, UserInfo } from '../events.js'
import { AutoSubscriptions } from './auto-subscriptions.js'

export interface AutoCallsOptions {
  readonly settings: () => { readonly autoPublish: boolean; readonly autoSubscribe: boolean }
  /** Whether we are in a channel, may publish, and do not yet. */
  readonly canPublish: () => boolean
  readonly publish: () => Promise<void>
  /** What is sent now. */
  readonly sending: () => StreamLabel[]
  readonly subscribe: (userId: string) => Promise<void>
  readonly userInfo: (userId: string) => UserInfo | null
  readonly emit: <Name extends 'onPublishChange' | 'onSubscribeChange' | 'onError'>(name: Name, payload: AliRtcEvents[Name]) => void
}

/** No failure where nobody called: the app publishes itself, or there is nothing (any more) to subscribe to. */
const harmless: ReadonlySet<number> = new Set([ERROR_FREQUENTLY_OPERATION, ERROR_NO_STREAM, ERROR_NO_USER])

/** Makes the calls of `autoPublish` and `autoSubscribe`: the same calls an app would make. */
export class AutoCalls {
  readonly #options: AutoCallsOptions
  readonly #subscriptions: AutoSubscriptions
  /** Changes with each session, so that what ended with one says nothing in the next. */
  #session = 0

  constructor(options: AutoCallsOptions) {
    this.#options = options
    this.#subscriptions = new AutoSubscriptions((userId) => this.#subscribe(userId))
  }

  /** A session began or ended. */
  reset(): void {
    this.#session++
    this.#subscriptions.clear()
  }

  /** We joined, or may publish again. */
  async publish(): Promise<void> {
    const { settings, canPublish, publish, sending, emit } = this.#options
    if (!settings().autoPublish || !canPublish()) return
    await this.#guarded(async () => {
      await publish()
      const labels = sending()
      if (labels.length > 0) emit('onPublishChange', { labels })
    })
  }

  /** A user publishes, or changed what is published. */
  published(userId: string): void {
    if (this.#options.settings().autoSubscribe) this.#subscriptions.published(userId)
  }

  /** Runs a `subscribe` of the app, so that ours waits for it. */
  subscribing(userId: string, call: () => Promise<void>): Promise<void> {
    return this.#subscriptions.run(userId, call)
  }

  async #subscribe(userId: string): Promise<void> {
    const { subscribe, userInfo, emit } = this.#options
    const before = subscribedOf(userInfo(userId))
    await this.#guarded(async () => {
      await subscribe(userId)
      const after = userInfo(userId)
      if (after !== null && subscribedOf(after) !== before) emit('onSubscribeChange', after)
    })
  }

  async #guarded(call: () => Promise<void>): Promise<void> {
    const session = this.#session
    try {
      await call()
    } catch (error) {
      if (session === this.#session && error instanceof AliRtcError && !harmless.has(error.code)) this.#options.emit('onError', error)
    }
  }
}

function subscribedOf(user: UserInfo | null): string {
  return (user?.streamConfigs ?? []).filter(({ subscribed }) => subscribed).map(({ label }) => label).join()
}
