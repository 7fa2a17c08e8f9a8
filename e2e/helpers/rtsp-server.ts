import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'

/** GStreamer's RTSP server, by its Python binding as Debian packs it. */
const program = `
import sys, gi
gi.require_version('Gst', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import Gst, GstRtspServer, GLib
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address('127.0.0.1')
server.set_service('0')
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch('( filesrc location="%s" ! qtdemux name=d d.video_0 ! queue ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 '
                   'd.audio_0 ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97 )' % sys.argv[1])
server.get_mount_points().add_factory('/camera', factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
`
const python = '/usr/bin/python3'

export function hasRtspServer(): boolean {
  return (
    spawnSync(python, ['-c', "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"]).status === 0
  )
}

/** Serves an MP4 file (H.264, AAC) over RTSP, from its start to each client, as a camera would. */
export async function startRtspServer(file: string): Promise<{ url: string; stop(): void }> {
  const child = spawn(python, ['-c', program, file], { stdio: ['ignore', 'pipe', 'ignore'] })
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`the RTSP server ended with ${code}`)))
  })
  return { url: `rtsp://127.0.0.1:${port}/camera`, stop: () => child.kill('SIGKILL') }
}
