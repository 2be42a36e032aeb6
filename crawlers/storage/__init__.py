"""What is kept between the stages: batches and their packs, queues of work, received pages, on any fsspec path."""
