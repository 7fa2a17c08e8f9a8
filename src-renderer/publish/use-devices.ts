import { useEffect, useState } from 'react'

interface Devices {
  readonly cameras: readonly MediaDeviceInfo[]
  readonly microphones: readonly MediaDeviceInfo[]
}

const none: Devices = { cameras: [], microphones: [] }

/** Cameras and microphones; their names are known once `media` was opened. */
export function useDevices(media: MediaStream | undefined): Devices {
  const [devices, setDevices] = useState(none)
  // biome-ignore lint/correctness/useExhaustiveDependencies: an opened device brings the names of all
  useEffect(() => {
    const access = navigator.mediaDevices
    if (access === undefined) return
    const read = () => {
      access.enumerateDevices().then(
        (list) => {
          const of = (kind: MediaDeviceKind) => list.filter((each) => each.kind === kind && each.deviceId !== '')
          setDevices({ cameras: of('videoinput'), microphones: of('audioinput') })
        },
        () => setDevices(none),
      )
    }
    read()
    access.addEventListener('devicechange', read)
    return () => access.removeEventListener('devicechange', read)
  }, [media])
  return devices
}
