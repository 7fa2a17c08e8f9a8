import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { maxFingers } from '../displays/display-server.ts'
import { MonitorPlacesSchema } from '../schemas/display.ts'
import { clipboardChunkBytes, clipboardFormats, isTransferred, type TransferredFormat } from './clipboard-formats.ts'

const pixel = Type.Integer({ minimum: 0, maximum: 32_767 })
const step = Type.Integer({ minimum: -4096, maximum: 4096 })
const number = Type.Integer({ minimum: 0, maximum: 0xffffffff })
const clipboardFormat = Type.Union([Type.Literal('text'), Type.Literal('html'), Type.Literal('png')])
const keyName = Type.String({ minLength: 1, maxLength: 40 })

const QualitySchema = Type.Union([Type.Literal('sharp'), Type.Literal('balanced'), Type.Literal('fast')])
export type Quality = Static<typeof QualitySchema>

/** What a viewer says over the WebSocket of a session, as JSON. */
export const ClientMessageSchema = Type.Union([
  Type.Object({ kind: Type.Literal('key'), code: keyName, key: keyName, down: Type.Boolean() }, { additionalProperties: false }),
  /** Every key that is down at the viewer, by `code`; sent while there are some: what is down here alone is released. */
  Type.Object({ kind: Type.Literal('held'), codes: Type.Array(keyName, { maxItems: 32 }) }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('text'), text: Type.String({ maxLength: 1000 }) }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('move'), x: pixel, y: pixel }, { additionalProperties: false }),
  /** Pixels from where the pointer is, for programs that take the pointer for themselves. */
  Type.Object({ kind: Type.Literal('shift'), x: step, y: step }, { additionalProperties: false }),
  /** 1 left, 2 middle, 3 right, 8 back, 9 forward. */
  Type.Object(
    {
      kind: Type.Literal('button'),
      button: Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3), Type.Literal(8), Type.Literal(9)]),
      down: Type.Boolean(),
      /** Left out: where the pointer is. */
      x: Type.Optional(pixel),
      y: Type.Optional(pixel),
    },
    { additionalProperties: false },
  ),
  /** Steps of the wheel; positive is down and right. */
  Type.Object(
    {
      kind: Type.Literal('wheel'),
      x: Type.Integer({ minimum: -20, maximum: 20 }),
      y: Type.Integer({ minimum: -20, maximum: 20 }),
    },
    { additionalProperties: false },
  ),
  /** Every finger that is on the touch screen of the display, by a number of the viewer's; sent again while there are some: others are lifted. */
  Type.Object(
    {
      kind: Type.Literal('touch'),
      fingers: Type.Array(
        Type.Object({ finger: Type.Integer({ minimum: 0, maximum: maxFingers - 1 }), x: pixel, y: pixel }, { additionalProperties: false }),
        { maxItems: maxFingers },
      ),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('size'),
      width: Type.Integer({ minimum: 200, maximum: 8192 }),
      height: Type.Integer({ minimum: 200, maximum: 8192 }),
      /** Of the display's list of monitors; left out: the size of the display, while it has one monitor. */
      monitor: Type.Optional(Type.Integer({ minimum: 0, maximum: 15 })),
    },
    { additionalProperties: false },
  ),
  /** How the display is split into monitors. */
  Type.Object({ kind: Type.Literal('arrange'), monitors: MonitorPlacesSchema }, { additionalProperties: false }),
  /** What of the display the viewer shows: nothing else is sent as pixels. Null: all of it. */
  Type.Object(
    {
      kind: Type.Literal('part'),
      part: Type.Union([
        Type.Null(),
        Type.Object(
          {
            x: pixel,
            y: pixel,
            width: Type.Integer({ minimum: 1, maximum: 32_767 }),
            height: Type.Integer({ minimum: 1, maximum: 32_767 }),
          },
          { additionalProperties: false },
        ),
      ]),
    },
    { additionalProperties: false },
  ),
  /** Whether the viewer decodes H.264 (WebCodecs): motion is sent as video then. */
  Type.Object(
    { kind: Type.Literal('decoder'), h264: Type.Boolean(), fullColor: Type.Optional(Type.Boolean()) },
    { additionalProperties: false },
  ),
  /** What the display looks like while it moves: see `motion-lane`. */
  Type.Object({ kind: Type.Literal('quality'), quality: QualitySchema }, { additionalProperties: false }),
  /** Answered by `pong` with the same number, so that the viewer knows how long the way is. */
  Type.Object({ kind: Type.Literal('ping'), at: Type.Number() }, { additionalProperties: false }),
  /** Who controls the display: `attendee` names whom it is given to, or who is rejected. */
  Type.Object(
    {
      kind: Type.Literal('control'),
      action: Type.Union([
        Type.Literal('ask'),
        Type.Literal('give'),
        Type.Literal('reject'),
        Type.Literal('take'),
        Type.Literal('release'),
      ]),
      attendee: Type.Optional(Type.String({ maxLength: 80 })),
    },
    { additionalProperties: false },
  ),
  /** Offers a data channel (RFC 8832) without order and without repeats: answered by `rtc-answer` or `rtc-failed`. */
  Type.Object({ kind: Type.Literal('rtc-offer'), sdp: Type.String({ minLength: 1, maxLength: 14_000 }) }, { additionalProperties: false }),
  /** What the display shows is to come over this one from here on. */
  Type.Object(
    { kind: Type.Literal('transport'), via: Type.Union([Type.Literal('webrtc'), Type.Literal('websocket')]) },
    { additionalProperties: false },
  ),
  /** Starts or stops the recording of the display. */
  Type.Object({ kind: Type.Literal('record'), on: Type.Boolean() }, { additionalProperties: false }),
  /** An update or a frame of video was drawn, so many ms after it had arrived. */
  Type.Object(
    { kind: Type.Literal('drawn'), update: number, ms: Type.Optional(Type.Number({ minimum: 0, maximum: 60_000 })) },
    { additionalProperties: false },
  ),
  /** What the viewer copied, under a number of its own: its data follow as `ClipboardData`. */
  Type.Object(
    {
      kind: Type.Literal('clipboard'),
      offer: number,
      formats: Type.Array(
        Type.Object({ format: clipboardFormat, bytes: Type.Integer({ minimum: 0, maximum: 2 ** 50 }) }, { additionalProperties: false }),
        { maxItems: clipboardFormats.filter(isTransferred).length },
      ),
    },
    { additionalProperties: false },
  ),
  /** Wants what was copied on the display: `copied` is its number. */
  Type.Object({ kind: Type.Literal('clipboard-read'), copied: number, format: clipboardFormat }, { additionalProperties: false }),
  /** A message with clipboard data has arrived: another one may follow. */
  Type.Object({ kind: Type.Literal('clipboard-taken') }, { additionalProperties: false }),
  /** Whether the viewer hears what programs play. */
  Type.Object({ kind: Type.Literal('listen'), on: Type.Boolean() }, { additionalProperties: false }),
  /** So many packets of audio have arrived; said every tenth of a second or so. */
  Type.Object({ kind: Type.Literal('heard'), packet: number }, { additionalProperties: false }),
  /** Whether the viewer's microphone is one of the display's. */
  Type.Object({ kind: Type.Literal('microphone'), on: Type.Boolean() }, { additionalProperties: false }),
  /** Whether the viewer's camera is the display's: its frames follow as `CameraFrame`. */
  Type.Object({ kind: Type.Literal('camera'), on: Type.Boolean() }, { additionalProperties: false }),
  /** What the microphone hears: a packet of Opus (RFC 6716), in base64. */
  Type.Object(
    { kind: Type.Literal('voice'), packet: Type.String({ minLength: 1, maxLength: 2000, pattern: '^[A-Za-z0-9+/]+={0,2}$' }) },
    { additionalProperties: false },
  ),
])

/** A part of what a viewer copied. */
export interface ClipboardData {
  readonly kind: 'clipboard-data'
  readonly offer: number
  readonly format: TransferredFormat
  readonly data: Uint8Array
}

/** What the viewer's camera sees: a JPEG image. */
export interface CameraFrame {
  readonly kind: 'camera-frame'
  readonly data: Uint8Array
}

export type ClientMessage = Static<typeof ClientMessageSchema> | ClipboardData | CameraFrame

/** The messages that need the right to a camera. */
export type CameraMessage = Extract<ClientMessage, { readonly kind: `camera${string}` }>

export const isOfCamera = (message: ClientMessage): message is CameraMessage => message.kind === 'camera' || message.kind === 'camera-frame'

/** The messages that need the right to the clipboard. */
export type ClipboardMessage = Extract<ClientMessage, { readonly kind: `clipboard${string}` }>

const audioKinds = ['listen', 'heard', 'microphone', 'voice'] as const

/** The messages about audio, in either direction. */
export type AudioMessage = Extract<ClientMessage, { readonly kind: (typeof audioKinds)[number] }>

export function isOfAudio(message: ClientMessage): message is AudioMessage {
  return (audioKinds as readonly string[]).includes(message.kind)
}

const GuestHelloSchema = Type.Object(
  { kind: Type.Literal('hello'), guest: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
)

/** The message, or undefined where it is not one of them. */
export function readClientMessage(text: string): ClientMessage | undefined {
  return checkClientMessage(parse(text))
}

/** The same of what was parsed already. */
export function checkClientMessage(value: unknown): ClientMessage | undefined {
  return Value.Check(ClientMessageSchema, value) ? value : undefined
}

/** The secret of a guest in their first message, or undefined where it is another. */
export function readGuestHello(text: string): string | undefined {
  const value = parse(text)
  return Value.Check(GuestHelloSchema, value) ? value.guest : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** First byte of a binary message with clipboard data, and what is before the data: `u8 1, u8 format, u16 0, u32 offer`, little-endian. */
const clipboardKind = 1
const clipboardHeadBytes = 8
/** First byte of a binary message with a frame of the camera: `u8 2, u8 0, u16 0`, then the image. */
const cameraKind = 2
const cameraHeadBytes = 4
/** A binary message of a viewer, bytes. */
export const maxClientBytes = clipboardHeadBytes + clipboardChunkBytes

/** A binary message, or undefined where it is not one of them. */
export function readClientBytes(bytes: Buffer): ClipboardData | CameraFrame | undefined {
  if (bytes[0] === cameraKind && bytes.length > cameraHeadBytes && bytes.length <= maxClientBytes) {
    return { kind: 'camera-frame', data: bytes.subarray(cameraHeadBytes) }
  }
  if (bytes.length < clipboardHeadBytes || bytes.length > maxClientBytes || bytes[0] !== clipboardKind) return undefined
  const format = clipboardFormats[bytes[1] as number]
  if (format === undefined || !isTransferred(format)) return undefined
  return { kind: 'clipboard-data', offer: bytes.readUInt32LE(4), format, data: bytes.subarray(clipboardHeadBytes) }
}
