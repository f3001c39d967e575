import { inject, type InjectionKey, provide, type Ref, ref } from 'vue'

const pageShownKey: InjectionKey<Readonly<Ref<boolean>>> = Symbol('pageShown')

/** Tells the components below the one that is being set up whether the page that they stand on is shown; `PagePanel` does. */
export function providePageShown(shown: Readonly<Ref<boolean>>): void {
  provide(pageShownKey, shown)
}

/** Whether the page that the component stands on is shown; of a component that stands on none, always. */
export function usePageShown(): Readonly<Ref<boolean>> {
  return inject(pageShownKey, () => ref(true), true)
}
