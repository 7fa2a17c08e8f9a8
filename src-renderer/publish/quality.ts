/** A choice of size and bit rate. */
export interface Quality {
  readonly id: string
  readonly label: string
  readonly height: number
  /** bit/s. */
  readonly bitrate: number
}

export const qualities: readonly Quality[] = [
  { id: '360', label: '360p · 0.8 Mbps', height: 360, bitrate: 800_000 },
  { id: '480', label: '480p · 1.2 Mbps', height: 480, bitrate: 1_200_000 },
  { id: '720', label: '720p · 2.5 Mbps', height: 720, bitrate: 2_500_000 },
  { id: '1080', label: '1080p · 5 Mbps', height: 1080, bitrate: 5_000_000 },
]
