import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../apps/channel-server/dist/main.js', import.meta.url))
export const controlToken = 'e2e-control-token'

export interface ChannelServer {
  readonly url: string
  /** For signals. */
  readonly process: ChildProcess
  control(method: 'GET' | 'POST', path: string, body?: unknown): Promise<{ status: number; body: unknown }>
  /** One value of GET /metrics. */
  metric(name: string): Promise<number>
  stop(): Promise<void>
}

/** The server as a process of its own, on a free port, with development login and the control API; `within`: a command that runs it elsewhere. */
export async function startServer(env: Record<string, string> = {}, within: readonly string[] = []): Promise<ChannelServer> {
  const [program, ...args] = [...within, process.execPath, main]
  const child = spawn(program, args, {
    env: {
      ...process.env, EARSHOT_PORT: '0', EARSHOT_DEV_LOGIN: '1', EARSHOT_ALLOWED_ORIGINS: '*', EARSHOT_CONTROL_TOKEN: controlToken,
      EARSHOT_LOG_LEVEL: 'warn', ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await address(child)
  return {
    url,
    process: child,
    async control(method, path, body) {
      const response = await fetch(`${url}/v1/control/channels${path}`, {
        method,
        headers: { authorization: `Bearer ${controlToken}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: await response.json() }
    },
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text()
      const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `) || candidate.startsWith(`${name}{`))
      if (line === undefined) throw new Error(`GET /metrics has no ${name}`)
      return Number(line.split(' ').at(-1))
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout?.on('data', (data: Buffer) => {
      printed += data.toString()
      const match = /^Earshot: (https?:\/\/\S+)$/m.exec(printed)
      if (match?.[1] !== undefined) resolve(match[1])
    })
    child.once('exit', (code) => reject(new Error(`the channel server ended with ${code} before it was ready; it printed: ${printed}`)))
  })
}
