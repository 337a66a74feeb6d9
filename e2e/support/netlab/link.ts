import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import fs from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('netlab.py', import.meta.url))

export type Direction = 'a>b' | 'b>a'

/** Of one direction. */
export interface LinkSettings {
  /** One way, ms. */
  readonly delay: number
  /** Percent of all packets, each by chance. */
  readonly loss: number
  /** Percent of the UDP packets. */
  readonly udp: number
  /** Percent of the TCP packets. */
  readonly tcp: number
  /** kbit/s; 0 for no limit. */
  readonly rate: number
}

/** What came into the link since its start, of one stream of packets. */
export interface Flow {
  readonly direction: Direction
  readonly protocol: 'udp' | 'tcp' | 'other'
  /** Ports. */
  readonly from: number
  readonly to: number
  readonly kind: 'rtp' | 'rtcp' | 'stun' | 'dtls' | 'other'
  /** Of RTP only. */
  readonly ssrc: number | null
  /** Those dropped included. */
  readonly packets: number
  /** Of whole IP packets, those dropped included. */
  readonly bytes: number
  readonly dropped: number
  /** RTP packets whose sequence number was there before: sent again, not over RTX. */
  readonly repeated: number
  /** ms, the sum of the time that all packets which were not dropped spent in the link. */
  readonly heldMs: number
}

/**
 * Two network namespaces, `a` (10.88.0.1) and `b` (10.88.0.2), joined by an emulated link. Both are gone when `down` is called, and also
 * when this process dies, of whatever. Needs Linux, root and python3; `up` rejects and says what is missing.
 */
export class Link {
  static #made = 0
  /** Names of the namespaces, for `ip netns exec`. */
  readonly a: string
  readonly b: string
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: NodeJS.AsyncIterator<string>
  /** With all it said. */
  readonly #ended: Promise<void>
  #errors = ''
  /** Last part of the address of `a`. */
  #address: 1 | 3 = 1
  /** One question after the other. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(name: string) {
    this.a = `${name}-a`
    this.b = `${name}-b`
    this.#child = spawn('python3', [program, name])
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()))
    this.#child.stderr.on('data', (data: Buffer) => { this.#errors += data.toString() })
    this.#child.stdin.on('error', () => {}) // the answer that does not come says it
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  static async up(): Promise<Link> {
    removeLeftovers()
    const link = new Link(`earshot-${process.pid}-${++Link.#made}`)
    const failed = new Promise<never>((_, reject) => link.#child.once('error', (error) => reject(new Error(`the emulated link needs python3: ${error.message}`))))
    await Promise.race([link.#answer(), failed])
    return link
  }

  /** Without a direction, both. */
  async set(settings: Partial<LinkSettings>, directions: readonly Direction[] = ['a>b', 'b>a']): Promise<void> {
    for (const direction of directions) for (const [name, value] of Object.entries(settings)) await this.#ask(`set ${direction} ${name} ${value}`)
  }

  /** Ends every TCP connection for both ends, as a middlebox does. */
  async reset(): Promise<void> {
    await this.#ask('reset')
  }

  /** From now on `b` sees what `a` sends over UDP come from other ports, as through a NAT that forgot. */
  async rebind(): Promise<void> {
    await this.#ask('rebind')
  }

  /** Gives `a` an address in place of the one it has, as another network would: what is bound to the old one is lost. */
  move(): void {
    const old = `10.88.0.${this.#address}`
    this.#address = this.#address === 1 ? 3 : 1
    const peer = ['peer', '10.88.0.2', 'dev', 'nl-a']
    // In this order: an address with the same peer as another would go with it. The default route has gone with the last one.
    for (const change of [['addr', 'del', old, ...peer], ['addr', 'add', `10.88.0.${this.#address}`, ...peer], ['route', 'replace', 'default', 'dev', 'nl-a']]) {
      const { status, stderr } = spawnSync('ip', ['-n', this.a, ...change], { encoding: 'utf8' })
      if (status !== 0) throw new Error(`the address could not be changed: ${stderr}`)
    }
  }

  async flows(): Promise<Flow[]> {
    return await this.#ask('stats') as Flow[] // netlab.py writes them so
  }

  /** Idempotent. */
  async down(): Promise<void> {
    this.#child.stdin.end()
    await this.#ended
  }

  #ask(line: string): Promise<unknown> {
    const answer = this.#last.then(() => {
      this.#child.stdin.write(`${line}\n`)
      return this.#answer()
    })
    this.#last = answer.catch(() => {})
    return answer
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next()
    if (done === true) {
      await this.#ended
      throw new Error(`the emulated link is gone: ${this.#errors.trim()}`)
    }
    const answer: unknown = JSON.parse(value)
    if (typeof answer === 'object' && answer !== null && 'error' in answer) throw new Error(String(answer.error))
    return answer
  }
}

/** Namespaces of processes that are gone: only a killed netlab.py leaves any. */
function removeLeftovers(): void {
  for (const name of fs.existsSync('/var/run/netns') ? fs.readdirSync('/var/run/netns') : []) {
    const owner = /^earshot-(\d+)-\d+-[ab]$/.exec(name)?.[1]
    if (owner !== undefined && !fs.existsSync(`/proc/${owner}`)) spawnSync('ip', ['netns', 'del', name])
  }
}
