import { expect, it } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { DisplayImages } from './display-images.ts'

it('says of a display that cannot be read why, and not where it is', async () => {
  const images = new DisplayImages(silentLogger)
  try {
    await expect(images.of({ server: '/nonexistent/X0', authority: '', pid: 0 }, 100, 100)).rejects.toMatchObject({
      code: 'desktop.no_image',
      message: 'The display cannot be read: no-server',
      details: { why: 'no-server' },
    })
  } finally {
    await images.stop()
  }
}, 60_000)
