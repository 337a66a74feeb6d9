import { limitedEngine } from './limited-engine.js'
import { createMemoryEngine } from './memory-engine.js'
import { describeSfuEngine, type ContractPeers } from './sfu-engine.contract.js'
import { TEST_PORTS } from './test-ports.contract.js'
import { createWeriftEngine } from './werift-engine.js'

const TRANSPORT = ['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx', `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`, 'a=rtcp-mux']
const HEAD = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0']
const CODEC = { audio: '111 opus/48000/2', video: '96 VP8/90000' } as const

const text: Omit<ContractPeers, 'media'> = {
  offer: (sections) => [...HEAD, ...sections.flatMap(({ mid, kind, rids = [] }) => [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${CODEC[kind].split(' ')[0]}`, `a=mid:${mid}`, 'a=sendonly', 'a=setup:actpass', ...TRANSPORT, `a=rtpmap:${CODEC[kind]}`,
    ...rids.map((rid) => `a=rid:${rid} send`),
  ])].join('\r\n') + '\r\n',
  answer: (offer) => [...HEAD, ...offer.split(/\r?\n(?=m=)/).slice(1).flatMap((block) => [
    /^m=.*$/m.exec(block)![0].trim(), /a=mid:\S+/.exec(block)![0], block.includes('a=sendonly') ? 'a=recvonly' : 'a=inactive', 'a=setup:active', ...TRANSPORT,
  ])].join('\r\n') + '\r\n',
}

describeSfuEngine('the memory engine', createMemoryEngine, { ...text, media: false })
describeSfuEngine('an engine with a time limit', () => limitedEngine(createMemoryEngine(), 10_000), { ...text, media: false })
describeSfuEngine('the werift engine', () => createWeriftEngine(TEST_PORTS), { ...text, media: true })
