import { open } from 'node:fs/promises'
import type { ApiClient } from '../../platform/api-client.ts'
import { AppError } from '../../platform/errors.ts'

interface Upload {
  readonly id: string
  readonly received: number
}

/** Of a piece: the host reads it within a minute. */
const pieceBytes = 8 * 1024 * 1024

/**
 * Sends a collection file to the host, which keeps it until it is imported or deleted; answers the id of the upload.
 * Throws what the API says.
 */
export async function sendBundle(client: ApiClient, file: string, name: string): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const { id } = await client.send<Upload>('POST', '/studio/uploads', { name, bytes: size, bundle: true })
    try {
      for (let at = 0; at < size; ) {
        const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(Math.min(pieceBytes, size - at)), 0, undefined, at)
        if (bytesRead === 0) throw new AppError('link.invalid', `${file} became shorter while it was read`)
        await client.sendBytes<Upload>(`/studio/uploads/${id}/bytes?offset=${at}`, buffer.subarray(0, bytesRead))
        at += bytesRead
      }
      return id
    } catch (error) {
      await client.send('DELETE', `/studio/uploads/${id}`).catch(() => undefined)
      throw error
    }
  } finally {
    await handle.close()
  }
}
