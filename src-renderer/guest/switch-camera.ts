const opposite: Readonly<Record<string, string>> = { user: 'environment', environment: 'user' }

/** What asks for another camera than the one that is open: the other side of a phone, else the next in the list. */
export function otherCamera(
  { deviceId, facingMode }: Pick<MediaTrackSettings, 'deviceId' | 'facingMode'>,
  cameras: readonly Pick<MediaDeviceInfo, 'deviceId'>[],
): MediaTrackConstraints | undefined {
  const other = opposite[facingMode ?? '']
  if (other !== undefined) return { facingMode: { exact: other } }
  const at = cameras.findIndex((each) => each.deviceId === deviceId)
  const next = cameras[(at + 1) % cameras.length]
  return next === undefined || next.deviceId === deviceId ? undefined : { deviceId: { exact: next.deviceId } }
}

/**
 * Puts another camera in the place of the open one; answers its track. Phones open one camera at a time, so the old one is closed before,
 * and opened again where the other cannot be. Rejects where none can be opened; then the media have no video.
 */
export async function switchCamera(media: MediaStream, cameras: readonly MediaDeviceInfo[]): Promise<MediaStreamTrack | undefined> {
  const [before] = media.getVideoTracks()
  const settings = before?.getSettings()
  const wanted = settings && otherCamera(settings, cameras)
  if (before === undefined || settings === undefined || wanted === undefined) return undefined
  const { width, height, frameRate, deviceId } = settings
  const open = async (which: MediaTrackConstraints): Promise<MediaStreamTrack | undefined> => {
    const ideal = Object.entries({ width, height, frameRate }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, { ideal: value }]],
    )
    const opened = await navigator.mediaDevices.getUserMedia({ video: { ...Object.fromEntries(ideal), ...which } })
    return opened.getVideoTracks()[0]
  }
  before.stop()
  media.removeTrack(before)
  const track = await open(wanted).catch(() => open(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }))
  if (track === undefined) return undefined
  track.enabled = before.enabled
  media.addTrack(track)
  return track
}
