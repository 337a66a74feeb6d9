import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { SfuStats } from './sfu/sfu-engine.js'

/** What the gauges ask when they are read. */
export interface MetricSources {
  readonly sockets: () => number
  readonly channels: () => number
  readonly members: () => number
  readonly sfu: () => SfuStats
}

export interface Metrics {
  /** A message of a client: its type, or `malformed`, `binary`, `limited`. */
  message(type: string): void
  /** An error that a client was told. */
  error(code: number): void
  /** A fault of our own that ended nothing. */
  fault(): void
  /** Prometheus text; the content type goes with it. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>
}

type SfuCounter = 'packetsReceived' | 'packetsForwarded' | 'bytesForwarded' | 'keyFramesRequested' | 'packetsRetransmitted'
type SfuGauge = 'rooms' | 'transports' | 'sources' | 'consumers'

const sfuCounters: Readonly<Record<SfuCounter, readonly [name: string, help: string]>> = {
  packetsReceived: ['earshot_rtp_packets_received_total', 'RTP packets received from publishers'],
  packetsForwarded: ['earshot_rtp_packets_forwarded_total', 'RTP packets sent to subscribers'],
  bytesForwarded: ['earshot_rtp_bytes_forwarded_total', 'Bytes of RTP sent to subscribers'],
  keyFramesRequested: ['earshot_key_frames_requested_total', 'Key frames asked of publishers'],
  packetsRetransmitted: ['earshot_rtp_packets_retransmitted_total', 'RTP packets sent again because a subscriber missed them'],
}

/** A registry of its own, so that two servers in one process do not mix. Event loop lag comes with the default metrics. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  gauge(registry, 'earshot_sockets', 'Signalling sockets open now', sources.sockets)
  gauge(registry, 'earshot_channels', 'Channels open now', sources.channels)
  gauge(registry, 'earshot_members', 'Members in all channels now', sources.members)
  addSfuMetrics(registry, sources.sfu)
  const messages = new Counter({ name: 'earshot_messages_total', help: 'Signalling messages received', labelNames: ['type'], registers: [registry] })
  const errors = new Counter({ name: 'earshot_errors_total', help: 'Errors told to clients', labelNames: ['code'], registers: [registry] })
  const faults = new Counter({ name: 'earshot_faults_total', help: 'Faults of the server itself that ended nothing', registers: [registry] })
  return {
    message: (type) => messages.inc({ type }),
    error: (code) => errors.inc({ code: String(code) }),
    fault: () => faults.inc(),
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}

function addSfuMetrics(registry: Registry, stats: () => SfuStats): void {
  const gauges: readonly SfuGauge[] = ['rooms', 'transports', 'sources', 'consumers']
  for (const name of gauges) gauge(registry, `earshot_sfu_${name}`, `SFU ${name} open now`, () => stats()[name])
  for (const [key, [name, help]] of Object.entries(sfuCounters)) {
    new Counter({
      name, help, registers: [registry],
      collect() { // the engine counts, we only repeat its total
        this.reset()
        this.inc(stats()[key as SfuCounter]) // Object.entries forgets the type of the keys
      },
    })
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({ name, help, registers: [registry], collect() { this.set(read()) } })
}
