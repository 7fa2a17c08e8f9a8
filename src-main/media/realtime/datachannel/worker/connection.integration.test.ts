import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { webrtcEnginesPresent } from '../../engines-present.ts'

const offer = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 0.0.0.0'],
  ...['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx', `a=fingerprint:sha-256 ${'AB:'.repeat(31)}AB`, 'a=setup:actpass'],
  ...['a=mid:0', 'a=recvonly', 'a=rtcp-mux', 'a=rtpmap:96 H264/90000', 'a=fmtp:96 profile-level-id=42e01f;packetization-mode=1', ''],
].join('\r\n')
const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)

/** Opens and closes a connection, and says whether what its events refer to can be collected then. */
const program = `
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import library from 'node-datachannel'
import { Connection } from ${here('./connection.ts')}
import { readOffer } from ${here('../../offer.ts')}
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
async function comeAndGo() {
  const room = { packets: 0 }
  const count = () => void room.packets++
  const network = { library, bind: '127.0.0.1', port: 0, addresses: [] }
  const events = { onConnected: count, onClosed: count, onRtp: count, onRtcp: count, onData: count }
  const connection = new Connection(network, 'viewer', readOffer(${JSON.stringify(offer)}), 'SendOnly', events)
  await connection.accept(false)
  connection.close()
  return new WeakRef(room)
}
const room = await comeAndGo()
for (let turn = 0; turn < 40 && room.deref() !== undefined; turn++) {
  await new Promise((resolve) => setTimeout(resolve, 10))
  collect()
}
console.log(room.deref() === undefined ? 'collected' : 'kept')
process.exit()
`

it.skipIf(!webrtcEnginesPresent().includes('node-datachannel'))(
  'a closed connection keeps nothing of the stream that it was in',
  async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let said = ''
    child.stdout.on('data', (text) => {
      said += text
    })
    await once(child, 'close')
    expect(said).toBe('collected\n')
  },
)
