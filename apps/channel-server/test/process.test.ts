import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CipherContext, HashAlgorithm, NamedCurveAlgorithm, SignatureAlgorithm } from 'werift'
import { app, joinMessage, RawClient } from './raw-client.js'

// The built program, as people start it: `npm run build` comes first.
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const stub = fileURLToPath(new URL('../bin/earshot-channel-server.mjs', import.meta.url))

class Program {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  out = ''
  err = ''

  constructor(env: Readonly<Record<string, string>>, file = main) {
    this.child = spawn(process.execPath, [file], { env: { PATH: process.env['PATH'], EARSHOT_PORT: '0', EARSHOT_APP_KEY: app.key, ...env } })
    this.child.stdout.on('data', (chunk) => { this.out += String(chunk) })
    this.child.stderr.on('data', (chunk) => { this.err += String(chunk) })
    this.ended = once(this.child, 'close').then(([code, signal]) => ({ code, signal }))
    onTestFinished(() => { this.child.kill('SIGKILL') })
  }

  /** The address it prints. */
  async url(): Promise<string> {
    for (;;) {
      const url = /^Earshot: (https?:\/\/\S+)$/m.exec(this.out)?.[1]
      if (url !== undefined) return url
      const more = await Promise.race([once(this.child.stdout, 'data').then(() => true), this.ended.then(() => false)])
      if (!more) throw new Error(`it ended: ${this.out}${this.err}`)
    }
  }
}

describe('start', () => {
  it.each([['dist/main.js', main], ['the bin', stub]])('%s prints one line, once /healthz answers, and logs to standard error', async (_what, file) => {
    const program = new Program({}, file)
    const url = await program.url()
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const client = await RawClient.joined(url, { userId: 'alice' })
    await client.ask({ type: 'leave' })
    program.child.kill('SIGTERM')
    await program.ended
    expect(program.out).toBe(`Earshot: ${url}\n`)
    const messages = program.err.trim().split('\n').map((line) => (JSON.parse(line) as { msg: string }).msg)
    expect(messages).toEqual(expect.arrayContaining(['accepting joins', 'joined', 'left', 'draining']))
  })

  it('a busy port ends it with a message that names the variable', async () => {
    const taken = createServer()
    taken.listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => { taken.close() })
    const { port } = taken.address() as AddressInfo // a TCP server that listens has one
    const program = new Program({ EARSHOT_PORT: String(port), EARSHOT_LOG_LEVEL: 'silent' })
    expect(await program.ended).toEqual({ code: 1, signal: null })
    expect([program.out, program.err]).toEqual(['', expect.stringMatching(new RegExp(`^EARSHOT_PORT: port ${port} on 127\\.0\\.0\\.1 is in use`))])
  })

  it.each([
    ['EARSHOT_PORT', 'http'], ['EARSHOT_HOST', '192.0.2.1'],
  ])('%s=%s ends it with a message that names the variable', async (variable, value) => {
    const program = new Program({ [variable]: value, EARSHOT_LOG_LEVEL: 'silent' })
    expect(await program.ended).toEqual({ code: 1, signal: null })
    expect([program.out, program.err]).toEqual(['', expect.stringMatching(new RegExp(`^${variable}`))])
  })

  it('says that the key is random when there is none, and that a variable means nothing', async () => {
    const program = new Program({ EARSHOT_APP_KEY: '', EARSHOT_PROT: '1' })
    await program.url()
    expect(program.err).toContain('EARSHOT_APP_KEY is not set')
    expect(program.err).toContain('"variable":"EARSHOT_PROT"')
  })
})

describe('end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s tells the members and ends cleanly, without waiting for those who do not answer', async (signal) => {
    const program = new Program({})
    const url = await program.url()
    const member = await RawClient.joined(url, { userId: 'alice' })
    const stubborn = await RawClient.joined(url, { userId: 'bob' })
    stubborn.socket.pause()
    const before = performance.now()
    program.child.kill(signal)
    expect(await member.closed).toEqual({ code: 1001, reason: 'the server is shutting down' })
    expect(await program.ended).toEqual({ code: 0, signal: null })
    expect(performance.now() - before).toBeLessThan(5000) // two seconds on a quiet machine; waiting for the one who does not answer would be 30
    stubborn.socket.resume()
  })
})

describe('faults of our own', () => {
  // Stands for a mistake anywhere: a rejection that nobody handles, on demand.
  const stray = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent("process.on('SIGUSR2', () => { for (let i = 0; i < Number(process.env.STRAY); i += 1) Promise.reject(new Error('stray')) })")}` }

  it('one is logged, counted and survived', async () => {
    const program = new Program({ ...stray, STRAY: '1' })
    const url = await program.url()
    const member = await RawClient.joined(url, { userId: 'alice' })
    program.child.kill('SIGUSR2')
    while (!program.err.includes('uncaught')) await once(program.child.stderr, 'data')
    expect(await member.ask({ type: 'ping' })).toMatchObject({ type: 'accepted' })
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('\nearshot_faults_total 1\n')
    await member.close()
  })

  it('a process that does nothing else ends', async () => {
    const program = new Program({ ...stray, STRAY: '200' })
    await program.url()
    program.child.kill('SIGUSR2')
    expect(await program.ended).toEqual({ code: 1, signal: null })
  })
})

describe('TLS', () => {
  it('serves HTTPS and secure WebSockets with a certificate, and the login names https', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'earshot-tls-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const { certPem, keyPem } = await CipherContext.createSelfSignedCertificateWithKey(
      { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 }, NamedCurveAlgorithm.secp256r1_23)
    writeFileSync(join(folder, 'cert.pem'), certPem)
    writeFileSync(join(folder, 'key.pem'), keyPem)
    const program = new Program({ EARSHOT_TLS_CERT: join(folder, 'cert.pem'), EARSHOT_TLS_KEY: join(folder, 'key.pem'), EARSHOT_DEV_LOGIN: '1' })
    const url = await program.url()
    expect(url).toMatch(/^https:/)
    const login = await new Promise<string>((resolve, reject) => {
      request(`${url}/app/v1/login?room=r&user=u`, { rejectUnauthorized: false }, (response) => {
        response.setEncoding('utf8').once('data', resolve)
      }).on('error', reject).end()
    })
    expect(JSON.parse(login)).toMatchObject({ data: { gslb: [url] } })
    const client = await RawClient.connect(url, { rejectUnauthorized: false })
    expect(await client.ask(joinMessage({ userId: 'alice' }))).toMatchObject({ type: 'joined' })
    await client.close()
  })

  it('a certificate that is none ends it with a message that names the variable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'earshot-tls-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const cert = join(folder, 'cert.pem')
    writeFileSync(cert, 'no PEM')
    const program = new Program({ EARSHOT_TLS_CERT: cert, EARSHOT_TLS_KEY: cert, EARSHOT_LOG_LEVEL: 'silent' })
    expect(await program.ended).toEqual({ code: 1, signal: null })
    expect(program.err).toMatch(/^EARSHOT_TLS_CERT/)
  })
})
