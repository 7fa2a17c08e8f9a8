/** Headers that every answer of the API carries. */
export const apiHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
}

/** Headers of an overlay's page: images of any site, and nothing else from elsewhere. Our own page shows it in a frame. */
export const overlayHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' https: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), microphone=(), display-capture=(), geolocation=(), payment=(), usb=()',
}

/** Headers of the page. `mediaOrigin`: where a CDN or nodes serve the media, separated by spaces; `framed`: others may embed it. */
export function pageHeaders(mediaOrigin: string, framed: boolean): Record<string, string> {
  const media = mediaOrigin === '' ? '' : ` ${mediaOrigin}`
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "font-src 'self'",
      `img-src 'self' data: blob:${media}`,
      `media-src 'self' blob:${media}`,
      `connect-src 'self'${media}`,
      "worker-src 'self' blob:",
      "manifest-src 'self'",
      "frame-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      `frame-ancestors ${framed ? '*' : "'none'"}`,
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': framed
      ? 'camera=(), microphone=(), display-capture=(), geolocation=(), payment=(), usb=()'
      : // The page goes live from camera, microphone or screen; what others embed never does.
        'camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()',
    ...(framed ? {} : { 'cross-origin-opener-policy': 'same-origin' }),
  }
}
