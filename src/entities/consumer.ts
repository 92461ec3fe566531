/** Who calls the gateway, as far as the config knows. At least one of `username` and `custom_id` is set. */
export interface Consumer {
  readonly id: string;
  readonly username: string | null;
  readonly custom_id: string | null;
  readonly tags: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}
