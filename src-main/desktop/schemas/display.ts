import { type Static, Type } from 'typebox'
import { RightSchema } from '../rights/rights.ts'

export const tag = 'desktop'
const exactly = { additionalProperties: false }

/** Monitors of one display. */
export const maxMonitors = 4
/** A display is no wider and no higher, pixels. */
export const maxSide = 8192
/** A monitor is no narrower and no lower, pixels. */
export const minSide = 200

const side = (description: string) => Type.Integer({ minimum: minSide, maximum: maxSide, description })
const Name = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' })
export const Command = Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), {
  minItems: 1,
  maxItems: 50,
  description: 'a program and its arguments, as the user of the display; no shell reads it',
})

/** A user of this machine. */
export const UserName = Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$', maxLength: 32 })

export const DisplayIdParams = Type.Object({ id: Type.String({ maxLength: 80 }) })

const Protocol = Type.Union([Type.Literal('x11'), Type.Literal('wayland')], {
  description:
    'what its programs speak: X11, or Wayland to the compositor sway, with one monitor, which runs programs of X11 too where Xwayland is installed; x11 where left out',
})

const XServer = Type.Union([Type.Literal('xvnc'), Type.Literal('xorg')], {
  description:
    'what makes a display of X11: xvnc, TigerVNC; xorg: Xorg with the driver dummy, where each monitor is an output of its own; xvnc where left out',
})

const Scale = Type.Union([Type.Literal(1), Type.Literal(1.25), Type.Literal(1.5), Type.Literal(2)])
/** How many pixels wide and high programs of a Wayland display draw what is one at 1. */
export type Scale = Static<typeof Scale>
const scaleDescription =
  'of a Wayland display that is made here: how many pixels wide and high its programs draw what is one at 1; its size in pixels stays'

const EndAfterMinutes = Type.Union([Type.Integer({ minimum: 1, maximum: 43_200 }), Type.Null()], {
  description: 'it ends with its programs when nobody has looked at it for so long; null: it goes on',
})

const LocksOnLeave = Type.Boolean({
  description: 'when the last who may control it has left it is locked: it opens by a code of the second factor of somebody who may',
})

const StartsWithHost = Type.Boolean({
  description: 'it starts with its programs whenever the host does, before anybody opens it; false: when it is opened',
})

const AttachedPlaceSchema = Type.Object(
  {
    server: Type.String({
      pattern: '^(:[0-9]{1,5}|/.{1,100})$',
      maxLength: 101,
      description:
        'X display of this machine, e.g. `:7`, or the path of the socket of its server; of Wayland: the path of the socket of its compositor',
    }),
    authority: Type.Optional(
      Type.String({
        pattern: '^/',
        maxLength: 1000,
        description: 'of X11: path of the file with its cookie; its first one is used. Left out: none',
      }),
    ),
  },
  { ...exactly, description: 'a display that other programs made; it is not ended from here' },
)
/** Where a display is that other programs made. */
export type AttachedPlace = Static<typeof AttachedPlaceSchema>

const AttachedPortalSchema = Type.Object(
  { portal: Type.Literal(true) },
  {
    ...exactly,
    description:
      'the desktop that is logged in at this machine, on Wayland too, through its portal (org.freedesktop.portal.RemoteDesktop): the person there is asked; see `GET /desktop/portal`',
  },
)
/** What a display shows that was not made here. */
export type Attached = AttachedPlace | Static<typeof AttachedPortalSchema>

/** Whether the desktop that is logged in at this machine can be shown. */
export const PortalOfferSchema = Type.Object({
  available: Type.Boolean({ description: 'a desktop is logged in, with a portal that hands out its screen, keyboard and pointer' }),
  remembers: Type.Boolean({
    description:
      'it asks the person once; false: whenever somebody opens the desktop after everybody has left it (RemoteDesktop version 1)',
  }),
})

const Place = Type.Object(
  {
    x: Type.Integer({ minimum: 0, maximum: maxSide - minSide, description: 'pixels from the left' }),
    y: Type.Integer({ minimum: 0, maximum: maxSide - minSide, description: 'pixels from the top' }),
    width: side('pixels'),
    height: side('pixels'),
  },
  exactly,
)

/** How a display is split into monitors. */
export const MonitorPlacesSchema = Type.Array(Place, {
  minItems: 1,
  maxItems: maxMonitors,
  description: 'the first one is the primary monitor; what lies beyond 8192 pixels is cut off',
})

const Seat = Type.Union([Type.Literal('off'), Type.Literal('on'), Type.Literal('failed')])

/** The screen of the machine while somebody controls it from elsewhere. */
export const ScreenPrivacySchema = Type.Object({
  blanks: Type.Boolean({ description: 'its monitors are black while somebody controls it' }),
  blocksInput: Type.Boolean({ description: 'keyboards, mice and touch screens of the machine do nothing while somebody controls it' }),
  blanked: Seat,
  inputBlocked: Seat,
})
export type ScreenPrivacy = Static<typeof ScreenPrivacySchema>

const ScreenPrivacyChangesSchema = Type.Object(
  { blanks: Type.Optional(Type.Boolean()), blocksInput: Type.Optional(Type.Boolean()) },
  { ...exactly, minProperties: 1, description: 'of the display `screen` alone' },
)
export type ScreenPrivacyChanges = Static<typeof ScreenPrivacyChangesSchema>

export const DisplaySchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Type.Union([Type.Literal('virtual'), Type.Literal('screen'), Type.Literal('attached'), Type.Literal('portal')], {
    description:
      'virtual: made on demand, in memory; screen: the display that the host itself was started on; attached: made by other programs; portal: the desktop that is logged in at this machine, by its portal',
  }),
  protocol: Protocol,
  xServer: Type.Union([XServer, Type.Null()], { description: 'what makes it; null: it is of Wayland, or not made here' }),
  user: Type.Union([Type.String(), Type.Null()], {
    description:
      'user of this machine whose programs and files those of the display are; null: the one that the host runs as, or who asks is no admin',
  }),
  width: Type.Integer({ description: 'pixels' }),
  height: Type.Integer({ description: 'pixels' }),
  scale: Type.Union([...Scale.anyOf, Type.Null()], { description: `${scaleDescription}; null: another display` }),
  monitors: Type.Array(
    Type.Object({ x: Type.Integer(), y: Type.Integer(), width: Type.Integer(), height: Type.Integer() }, { description: 'pixels' }),
    { description: 'as its programs see them, the primary one first' },
  ),
  state: Type.Union([Type.Literal('running'), Type.Literal('stopped')], {
    description: 'stopped: it starts when it is opened',
  }),
  command: Type.Union([Command, Type.Null()], { description: 'what starts with it; null: an empty display, or who asks is no admin' }),
  server: Type.Union([Type.String(), Type.Null()], { description: 'as DISPLAY has it; null: stopped, or who asks is no admin' }),
  audio: Type.Union([Type.Literal('on'), Type.Literal('missing'), Type.Literal('failed'), Type.Null()], {
    description:
      'on: what its programs play can be heard; missing: PipeWire is not installed (pipewire, wireplumber and pipewire-pulse); failed: it did not start, see the log of the host; null: stopped',
  }),
  endAfterMinutes: EndAfterMinutes,
  locksOnLeave: LocksOnLeave,
  startsWithHost: StartsWithHost,
  locked: Type.Boolean({ description: 'nobody sees it until it is unlocked' }),
  forGuest: Type.Boolean({ description: 'it was made for a guest, and is removed when they have been away for `endAfterMinutes`' }),
  viewers: Type.Integer({ description: 'pages that show it now' }),
  recorded: Type.Boolean({ description: 'it is being recorded, and does not end by itself' }),
  live: Type.Union([Type.String(), Type.Null()], {
    description:
      'name of the stream of this host that it is sent as: whoever may watch that sees it; of one that is stopped, what it is sent as when it starts again; null: it is not sent live',
  }),
  inShow: Type.Boolean({ description: 'the open show of the studio has it as a source: whoever sees the show may see it' }),
  privacy: Type.Union([ScreenPrivacySchema, Type.Null()], {
    description:
      'of the screen of the machine; `failed`: the screen cannot do it, or not with all monitors or devices; null: another display',
  }),
  rights: Type.Array(RightSchema, { description: 'what the one who asks may do' }),
  createdAt: Type.String({ format: 'date-time' }),
})
export type Display = Static<typeof DisplaySchema>

export const NewDisplaySchema = Type.Object(
  {
    name: Type.Optional(Name),
    protocol: Type.Optional(Protocol),
    xServer: Type.Optional(XServer),
    width: Type.Optional(side('pixels; 1280 where left out. It follows the window of whoever opens it.')),
    height: Type.Optional(side('pixels; 720 where left out')),
    scale: Type.Optional(Type.Union(Scale.anyOf, { description: `${scaleDescription}; 1 where left out` })),
    command: Type.Optional(Type.Union([Command, Type.Null()], { description: 'a light desktop where left out; null: an empty display' })),
    endAfterMinutes: Type.Optional(EndAfterMinutes),
    locksOnLeave: Type.Optional(LocksOnLeave),
    startsWithHost: Type.Optional(StartsWithHost),
    user: Type.Optional(
      Type.Union([UserName, Type.Null()], {
        description:
          'user of this machine that its programs run as, one of `GET /desktop/users`; left out or null: the one that the host runs as',
      }),
    ),
    attach: Type.Optional(Type.Union([AttachedPlaceSchema, AttachedPortalSchema])),
  },
  exactly,
)
export type NewDisplay = Static<typeof NewDisplaySchema>

export const DisplayChangesSchema = Type.Object(
  {
    name: Type.Optional(Name),
    endAfterMinutes: Type.Optional(EndAfterMinutes),
    locksOnLeave: Type.Optional(LocksOnLeave),
    startsWithHost: Type.Optional(StartsWithHost),
    scale: Type.Optional(Type.Union(Scale.anyOf, { description: `${scaleDescription}; programs that run follow at once` })),
    monitors: Type.Optional(MonitorPlacesSchema),
    privacy: Type.Optional(ScreenPrivacyChangesSchema),
  },
  { ...exactly, minProperties: 1 },
)
export type DisplayChanges = Static<typeof DisplayChangesSchema>

/** Six digits of an authenticator app. */
export const CodeSchema = Type.Object({ code: Type.String({ pattern: '^[0-9]{6}$' }) }, exactly)

export const StartProgramSchema = Type.Object({ command: Command }, exactly)

const requirementNames = ['x11', 'xorg', 'lightDesktop', 'terminal', 'wayland', 'waylandTerminal', 'xwayland', 'audio', 'portal'] as const
export type RequirementName = (typeof requirementNames)[number]

/** What displays need of this machine. */
export const RequirementSchema = Type.Object({
  name: Type.Union(
    requirementNames.map((name) => Type.Literal(name)),
    {
      description:
        'x11, wayland: what makes such displays; xorg: what makes those of X11 with `xServer` xorg; lightDesktop, terminal: what starts on those of X11; waylandTerminal: on those of Wayland; xwayland: programs of X11 run on those of Wayland; audio: what programs play is heard; portal: the desktop that is logged in at this machine can be shown',
    },
  ),
  available: Type.Boolean(),
  found: Type.Array(Type.String(), { description: 'programs that are there' }),
  missing: Type.Array(Type.String(), {
    description:
      'programs and native parts (`native/NAME`) that are not there; of several that would do: one. Empty for a portal where no desktop is logged in',
  }),
  commands: Type.Array(Type.String(), { description: 'what installs them on Debian and Ubuntu, in this order' }),
})

/** Users of this machine whose displays can be made here. */
export const SessionUsersSchema = Type.Object({
  items: Type.Array(Type.Object({ name: Type.String() })),
  nextCursor: Type.Null(),
  own: Type.Union([Type.String(), Type.Null()], { description: 'the user that the host runs as; null: they have no name' }),
  problem: Type.Union([Type.String(), Type.Null()], { description: 'why displays of other users cannot be made here; null: they can' }),
})
