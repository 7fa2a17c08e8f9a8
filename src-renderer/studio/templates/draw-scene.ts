/** An image of a scene of a document that is not open, composed by the host. Throws where it cannot be. */
export async function drawScene(collection: object, scene: string, width: number, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await fetch('/api/v1/studio/drawing', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    credentials: 'same-origin',
    signal,
    body: JSON.stringify({ collection, scene, width }),
  })
  if (!response.ok) {
    const { detail, title } = (await response.json()) as { readonly detail?: string; readonly title?: string }
    throw new Error(detail ?? title)
  }
  return createImageBitmap(await response.blob())
}
