// the kit follows
