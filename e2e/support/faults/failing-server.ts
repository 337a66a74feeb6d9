import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { startServer, type ChannelServer } from '../channel-server.ts'

/** A server that is killed, stopped and started again: always at the same address, and with the same key, so that tokens stay valid. */
export class FailingServer {
  readonly #env: Record<string, string>
  readonly #within: readonly string[]
  #server: ChannelServer | undefined

  private constructor(env: Record<string, string>, within: readonly string[]) {
    this.#env = env
    this.#within = within
  }

  /** `within`: a command that runs it elsewhere. */
  static async start(env: Record<string, string> = {}, within: readonly string[] = []): Promise<FailingServer> {
    const server = new FailingServer({ EARSHOT_PORT: String(await freePort()), EARSHOT_APP_KEY: 'e2e-app-key', ...env }, within)
    await server.again()
    return server
  }

  /** The process that runs now. */
  get now(): ChannelServer {
    if (this.#server === undefined) throw new Error('the server does not run')
    return this.#server
  }

  get url(): string {
    return this.now.url
  }

  /** Without a word to anybody. Resolves when the process is gone. */
  async kill(): Promise<void> {
    const { process } = this.now
    const gone = once(process, 'exit')
    process.kill('SIGKILL')
    await gone
  }

  /** Resolves when it listens. `changes` to its environment. */
  async again(changes: Record<string, string> = {}): Promise<void> {
    this.#server = await startServer({ ...this.#env, ...changes }, this.#within)
  }

  /** Its sockets stay open, and nobody answers. */
  pause(): void {
    this.now.process.kill('SIGSTOP')
  }

  resume(): void {
    this.now.process.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    this.resume() // one that is paused would not hear of its end
    await this.now.stop()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  server.close()
  await once(server, 'close')
  return port
}
