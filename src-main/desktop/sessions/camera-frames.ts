/** Size of the camera of a display, pixels: what a viewer sends is fitted into it. */
export const cameraSize = { width: 640, height: 360 } as const
/** Frames a second that a viewer sends at most. */
export const cameraRate = 15
/** Frames that come sooner after the one before are dropped, ms: so much of them waits for the process of a display at most. */
export const minCameraMs = 40
