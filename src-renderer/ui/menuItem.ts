import type { IconName } from '#renderer/ui/icons'

/** A line of a menu. */
export type MenuItem =
  | { kind: 'line' }
  | {
      kind?: undefined
      title: string
      run: () => void
      icon?: IconName
      /** The shortcut that does the same, as the user reads it. */
      keys?: string | undefined
      disabled?: boolean
      /** Given for a choice that is on or off. */
      checked?: boolean
    }
